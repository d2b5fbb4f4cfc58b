using System.Diagnostics;

namespace CodeAct.Python;

/// <summary>Tries what control groups refuse: a shell in a group of its own wants more than the group may have.</summary>
internal static class ControlGroupProbe
{
    private const long Memory = 16 << 20;

    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(10);

    /// <summary>The two layers that they are in the report.</summary>
    public static async Task<IReadOnlyList<SandboxLayer>> RunAsync(
        ControlGroups groups, SessionLimits limits, CancellationToken cancellationToken)
    {
        var version = $"control groups, version {groups.Places.Version}";
        var wanted = new SessionLimits { SessionMemoryBytes = Memory, Processes = 1 };
        var memory = await TryAsync(groups.Places.Memory, "x=$(head -c 67108864 /dev/zero | tr '\\0' x)", wanted with { Processes = 16 });
        var tasks = await TryAsync(groups.Places.Tasks, "(true) & wait", wanted with { SessionMemoryBytes = 1L << 30 });
        return
        [
            Layer("memory of the session", memory, $"{limits.SessionMemoryBytes >> 20} MiB", $"{limits.MemoryBytes >> 20} MiB a process"),
            Layer("processes of the session", tasks, $"{limits.Processes}", $"{limits.Processes} of its user at a time"),
        ];

        SandboxLayer Layer(string name, Trial? trial, string together, string each) => trial is null
            ? new SandboxLayer(name, false, $"no control groups ({groups.Why}); by rlimit only: {each}")
            : new SandboxLayer(name, trial.IsRefused, $"{version}: {together}; {trial.Words}");

        async Task<Trial?> TryAsync(string? place, string script, SessionLimits few) =>
            place is null ? null : await RunAsync(groups, script, few, cancellationToken);
    }

    private static async Task<Trial> RunAsync(
        ControlGroups groups, string script, SessionLimits limits, CancellationToken cancellationToken)
    {
        using var group = groups.Create(limits)!;
        using var shell = Process.Start(new ProcessStartInfo("/bin/sh", ["-c", "read go; " + script])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        })!;
        await using var input = shell.StandardInput; // whoever has asked for it closes it
        try
        {
            group.Join(shell.Id);
            await input.WriteLineAsync();
            await input.FlushAsync(cancellationToken);
            await shell.WaitForExitAsync(cancellationToken).WaitAsync(_patience, TimeProvider.System, cancellationToken);
            return shell.ExitCode == 0
                ? new Trial(false, "an attempt went through")
                : new Trial(true, $"refused: exit code {shell.ExitCode}");
        }
        catch (Exception failure) when (failure is IOException or TimeoutException)
        {
            return new Trial(false, $"it could not be tried: {failure.Message}");
        }
        finally
        {
            shell.Kill(entireProcessTree: true);
            await shell.WaitForExitAsync(CancellationToken.None);
        }
    }

    private sealed record Trial(bool IsRefused, string Words);
}
