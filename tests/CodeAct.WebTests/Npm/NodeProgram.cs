using System.Diagnostics;
using System.Text.Json;

namespace CodeAct.WebTests.Npm;

/// <summary>A JavaScript program of this folder, run by node with the clients that <c>scripts/setup tests</c> installs.</summary>
internal static class NodeProgram
{
    /// <summary>Runs it and reads the JSON object that it prints.</summary>
    public static async Task<JsonElement> RunAsync(string name, CancellationToken cancellationToken, params string[] arguments)
    {
        var root = Repository();
        var clients = Path.Combine(root, ".tools", "clients");
        Assert.True(Directory.Exists(clients), $"{clients} is not there; run scripts/setup tests.");
        var start = new ProcessStartInfo("node") { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in (string[])[Path.Combine(AppContext.BaseDirectory, "Npm", name), clients, .. arguments])
        {
            start.ArgumentList.Add(argument);
        }

        using var node = Process.Start(start)!;
        var errors = node.StandardError.ReadToEndAsync(cancellationToken);
        var printed = await node.StandardOutput.ReadToEndAsync(cancellationToken);
        await node.WaitForExitAsync(cancellationToken);
        Assert.True(node.ExitCode == 0, $"{name} ended with {node.ExitCode}:\n{await errors}");
        return JsonDocument.Parse(printed).RootElement;
    }

    /// <summary>The repository's folder, above that of the built tests.</summary>
    public static string Repository()
    {
        var directory = new DirectoryInfo(AppContext.BaseDirectory);
        while (directory is not null && !File.Exists(Path.Combine(directory.FullName, "CodeAct.slnx")))
        {
            directory = directory.Parent;
        }

        return directory?.FullName ?? throw new DirectoryNotFoundException($"No CodeAct.slnx above {AppContext.BaseDirectory}.");
    }
}
