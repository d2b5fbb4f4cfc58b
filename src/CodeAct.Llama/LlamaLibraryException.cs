namespace CodeAct.Llama;

/// <summary>The native llama.cpp library is missing or does not load; the message names the command that installs it.</summary>
public sealed class LlamaLibraryException : Exception
{
    internal LlamaLibraryException(string message, Exception? inner = null) : base(message, inner)
    {
    }
}
