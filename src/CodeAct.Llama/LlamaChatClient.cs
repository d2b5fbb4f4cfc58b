using System.Runtime.CompilerServices;
using System.Text;
using CodeAct.Models;
using Microsoft.Extensions.AI;

namespace CodeAct.Llama;

/// <summary>
/// A GGUF model in this process. One conversation at a time lives in its KV cache, so a conversation that goes on computes only
/// its new tokens; calls that overlap wait for each other. Without a temperature the likeliest token is taken.
/// </summary>
internal sealed class LlamaChatClient : IChatClient
{
    private readonly string _name;
    private readonly LlamaModel _model;
    private readonly LlamaContext _context;
    private readonly ChatTemplate _template;
    private readonly SemaphoreSlim _turn = new(1);

    /// <param name="name">What to call the model in replies.</param>
    /// <param name="model">Disposed with this.</param>
    /// <param name="options">How it runs.</param>
    /// <exception cref="ModelFileException">The model has no chat template that llama.cpp knows.</exception>
    public LlamaChatClient(string name, LlamaModel model, LlamaOptions options)
    {
        var template = model.File.Metadata.Text("tokenizer.chat_template")
            ?? throw new ModelFileException(model.File.Path, "it has no chat template, so it cannot chat; use a chat model.");
        _name = name;
        _model = model;
        _template = new ChatTemplate(template, model.File.Path);
        _template.Render([("user", "")]); // an unknown template is found here, not in the first turn
        _context = model.CreateContext(options);
    }

    /// <summary>Tokens that fit into a conversation and its reply.</summary>
    public int ContextTokens => _context.Capacity;

    /// <summary>Tokens computed so far, over all requests.</summary>
    internal long ComputedTokens => _context.Computed;

    /// <inheritdoc/>
    public Task<ChatResponse> GetResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default) =>
        GetStreamingResponseAsync(messages, options, cancellationToken).ToChatResponseAsync(cancellationToken);

    /// <inheritdoc/>
    /// <exception cref="ContextOverflowException">The conversation fills the context.</exception>
    public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages,
        ChatOptions? options = null,
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var conversation = Texts(messages, options);
        var id = Guid.NewGuid().ToString("N");
        await _turn.WaitAsync(cancellationToken);
        try
        {
            using var sampler = Sampler.Create(options);
            var (prompt, cached) = await Task.Run(() => Prompt(conversation, cancellationToken), cancellationToken);
            var scanner = new StopScanner([.. options?.StopSequences?.Where(stop => stop.Length > 0) ?? []]);
            var decoder = Encoding.UTF8.GetDecoder();
            var limit = Math.Min(options?.MaxOutputTokens ?? int.MaxValue, ContextTokens - prompt);
            var (count, finish) = (0, ChatFinishReason.Length);
            while (count < limit)
            {
                var token = await Task.Run(() => Next(sampler, first: count == 0, cancellationToken), cancellationToken);
                count++;
                if (_model.Tokenizer.EndsGeneration(token))
                {
                    finish = ChatFinishReason.Stop;
                    break;
                }

                var text = scanner.Push(Decode(decoder, token));
                if (text.Length > 0)
                    yield return Update(id, new TextContent(text));

                if (scanner.Stopped)
                {
                    finish = ChatFinishReason.Stop;
                    break;
                }
            }

            if (scanner.Flush() is { Length: > 0 } rest)
                yield return Update(id, new TextContent(rest));

            var usage = new UsageDetails
            {
                InputTokenCount = prompt,
                CachedInputTokenCount = cached,
                OutputTokenCount = count,
                TotalTokenCount = prompt + count,
            };
            yield return Update(id, new UsageContent(usage), finish);
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <inheritdoc/>
    public object? GetService(Type serviceType, object? serviceKey = null) =>
        serviceKey is null && serviceType == typeof(ChatClientMetadata)
            ? new ChatClientMetadata("llama.cpp", providerUri: null, _name)
            : serviceKey is null && serviceType.IsInstanceOfType(this) ? this : null;

    /// <summary>Waits for a reply in progress, then frees the model.</summary>
    public void Dispose()
    {
        _turn.Wait();
        _context.Dispose();
        _model.Dispose();
        _turn.Dispose();
    }

    private (int Tokens, int Cached) Prompt(
        IReadOnlyList<(string Role, string Content)> conversation, CancellationToken cancellationToken)
    {
        var tokens = _model.Tokenizer.Encode(_template.Render(conversation));
        return (tokens.Length, _context.Prompt(tokens, cancellationToken));
    }

    /// <summary>Chooses a token; the one before is computed only now, when it is known that another is wanted.</summary>
    private int Next(Native.LlamaSamplerHandle sampler, bool first, CancellationToken cancellationToken)
    {
        if (!first)
            _context.Append(_last, cancellationToken);

        cancellationToken.ThrowIfCancellationRequested();
        return _last = _context.Sample(sampler);
    }

    private int _last;

    private string Decode(Decoder decoder, int token)
    {
        if (_model.Tokenizer.IsControl(token))
            return "";

        var bytes = _model.Tokenizer.Piece(token);
        Span<char> text = stackalloc char[bytes.Length + 1];
        return new string(text[..decoder.GetChars(bytes, text, flush: false)]);
    }

    private ChatResponseUpdate Update(string id, AIContent content, ChatFinishReason? finish = null) =>
        new(ChatRole.Assistant, [content]) { ResponseId = id, MessageId = id, ModelId = _name, FinishReason = finish };

    private static IReadOnlyList<(string Role, string Content)> Texts(IEnumerable<ChatMessage> messages, ChatOptions? options)
    {
        if (options?.Tools is { Count: > 0 })
            throw new NotSupportedException("A GGUF model has no tool calls; describe the tools in the system prompt.");

        if (options?.ResponseFormat is ChatResponseFormatJson)
            throw new NotSupportedException("A GGUF model's replies cannot be held to JSON; ask for it in the prompt.");

        var conversation = messages.Select(message => (message.Role.Value, TextOf(message)));
        return options?.Instructions is { Length: > 0 } instructions
            ? [(ChatRole.System.Value, instructions), .. conversation]
            : [.. conversation];
    }

    private static string TextOf(ChatMessage message) =>
        message.Contents.FirstOrDefault(content => content is not TextContent) is { } other
            ? throw new NotSupportedException($"A GGUF model reads text only; a message holds {other.GetType().Name}.")
            : message.Text;
}
