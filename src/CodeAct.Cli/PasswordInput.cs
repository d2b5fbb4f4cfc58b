using System.Text;

namespace CodeAct.Cli;

/// <summary>A password from the terminal, where it is not shown, or from the first line of standard input.</summary>
internal static class PasswordInput
{
    /// <exception cref="InvalidOperationException">Nothing was given, or the second time something else.</exception>
    public static async Task<string> ReadAsync(CancellationToken cancellationToken)
    {
        if (Console.IsInputRedirected)
        {
            return await Console.In.ReadLineAsync(cancellationToken)
                ?? throw new InvalidOperationException("Standard input is empty; its first line is the password.");
        }

        var password = Ask("Password: ");
        return Ask("Again: ") == password ? password : throw new InvalidOperationException("The two are not the same; try again.");
    }

    private static string Ask(string prompt)
    {
        Console.Error.Write(prompt);
        var typed = new StringBuilder();
        while (Console.ReadKey(intercept: true) is { Key: not ConsoleKey.Enter } key)
        {
            if (key.Key is ConsoleKey.Backspace)
            {
                typed.Length = Math.Max(0, typed.Length - 1);
            }
            else if (!char.IsControl(key.KeyChar))
            {
                typed.Append(key.KeyChar);
            }
        }

        Console.Error.WriteLine();
        return typed.ToString();
    }
}
