using System.Diagnostics;

namespace CodeAct.Cli;

/// <summary>A password from the terminal, where it is not shown, or from the first line of standard input.</summary>
internal static class PasswordInput
{
    private const string Terminal = "/dev/tty";

    /// <exception cref="InvalidOperationException">Nothing was given, or the second time something else.</exception>
    public static async Task<string> ReadAsync(CancellationToken cancellationToken)
    {
        if (Console.IsInputRedirected)
        {
            return await Console.In.ReadLineAsync(cancellationToken)
                ?? throw new InvalidOperationException("Standard input is empty; its first line is the password.");
        }

        // Not key by key: between two of them the terminal would show what is pasted.
        await SetEchoAsync("-echo");
        try
        {
            await using var typed = new FileStream(Terminal, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, bufferSize: 0);
            using var terminal = new StreamReader(typed);
            var password = await AskAsync(terminal, "Password (it is not shown):", cancellationToken);
            return await AskAsync(terminal, "Again:", cancellationToken) == password
                ? password
                : throw new InvalidOperationException("The two are not the same; try again.");
        }
        finally
        {
            await SetEchoAsync("echo");
        }
    }

    private static async Task<string> AskAsync(StreamReader terminal, string prompt, CancellationToken cancellationToken)
    {
        await Console.Error.WriteLineAsync(prompt);
        return await Task.Run(terminal.ReadLine, CancellationToken.None).WaitAsync(cancellationToken)
            ?? throw new InvalidOperationException("Nothing was typed.");
    }

    private static async Task SetEchoAsync(string mode)
    {
        using var stty = Process.Start("stty", ["-F", Terminal, mode]);
        await stty.WaitForExitAsync(CancellationToken.None);
        if (stty.ExitCode != 0)
        {
            throw new InvalidOperationException("The terminal would show the password; give it as the first line of standard input.");
        }
    }
}
