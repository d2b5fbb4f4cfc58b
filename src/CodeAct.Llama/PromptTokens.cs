namespace CodeAct.Llama;

/// <summary>Tokenizes rendered conversations.</summary>
internal static class PromptTokens
{
    /// <summary>The tokens; control tokens come from the template alone, never from what a message says.</summary>
    public static int[] Encode(this LlamaTokenizer tokenizer, IReadOnlyList<PromptPart> parts)
    {
        var tokens = new List<int>();
        if (tokenizer.AddsBlank && parts.All(part => !part.IsContent || HasNoControl(tokenizer, part.Text)))
        {
            // A part by itself would get a blank before it that the joined text does not have.
            tokens.AddRange(tokenizer.Encode(string.Concat(parts.Select(part => part.Text)), parseSpecial: true));
        }
        else
        {
            foreach (var part in parts)
                tokens.AddRange(tokenizer.Encode(part.Text, parseSpecial: !part.IsContent));
        }

        // Some templates write the first token themselves.
        if (tokenizer.AddsBeginOfText && (tokens.Count == 0 || tokens[0] != tokenizer.BeginOfText))
            tokens.Insert(0, tokenizer.BeginOfText);

        return [.. tokens];
    }

    private static bool HasNoControl(LlamaTokenizer tokenizer, string text) =>
        tokenizer.Encode(text, parseSpecial: true).AsSpan().SequenceEqual(tokenizer.Encode(text, parseSpecial: false));
}
