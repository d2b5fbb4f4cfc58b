namespace CodeAct.Llama.Gguf;

/// <summary>Metadata keys that more than one place knows.</summary>
internal static class GgufKeys
{
    public const string Architecture = "general.architecture";
    public const string Name = "general.name";
    public const string License = "general.license";
    public const string FileType = "general.file_type";
    public const string Tokens = "tokenizer.ggml.tokens";
    public const string SystemPrompt = "codeact.system_prompt";
    public const string ObservationRole = "codeact.observation_role";
}
