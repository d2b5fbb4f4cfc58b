using Microsoft.Extensions.Logging;

namespace CodeAct.Llama;

/// <summary>How a model is run.</summary>
public sealed record LlamaOptions
{
    /// <summary>Most tokens of context by default; a longer one costs memory from the start.</summary>
    public const int DefaultMaximumContext = 16_384;

    /// <summary>
    /// Tokens of context; at least 1. Null takes what the model was trained for, at most <see cref="DefaultMaximumContext"/>.
    /// </summary>
    public int? ContextTokens { get; init => field = AtLeastOne(value); }

    /// <summary>Threads that compute; at least 1. Null takes one per 32 MB of weights, at most the physical cores.</summary>
    public int? Threads { get; init => field = AtLeastOne(value); }

    /// <summary>Tokens of a prompt that are computed at once; at least 1, default 512.</summary>
    public int BatchTokens { get; init => field = AtLeastOne(value)!.Value; } = 512;

    /// <summary>Folder with llama.cpp; null looks in <c>CODEACT_LLAMA_DIR</c>, then upwards for <c>.tools/llama</c>.</summary>
    public string? LibraryDirectory { get; init; }

    /// <summary>Gets llama.cpp's own log lines, for the whole process; null drops them.</summary>
    public ILogger? Logger { get; init; }

    /// <summary>Whether keys and values are cached in single precision, to compare models exactly; else in half.</summary>
    internal bool FullPrecision { get; init; }

    private static int? AtLeastOne(int? value) => value is null or >= 1
        ? value
        : throw new ArgumentOutOfRangeException(nameof(value), value, "It must be at least 1.");
}
