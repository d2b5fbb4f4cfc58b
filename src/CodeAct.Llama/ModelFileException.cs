namespace CodeAct.Llama;

/// <summary>A model's file is missing, damaged, cut short or not usable; the message says what is wrong and what to do.</summary>
public sealed class ModelFileException : Exception
{
    internal ModelFileException(string path, string problem, Exception? inner = null) : base($"{path}: {problem}", inner)
    {
        Path = path;
        Problem = problem;
    }

    /// <summary>The file or folder as it was named.</summary>
    public string Path { get; }

    /// <summary>The message without the path.</summary>
    public string Problem { get; }
}
