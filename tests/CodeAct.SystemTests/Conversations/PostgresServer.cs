using System.Diagnostics;
using CodeAct.SystemTests.Conversations;
using Npgsql;

[assembly: AssemblyFixture(typeof(PostgresServer))]

namespace CodeAct.SystemTests.Conversations;

/// <summary>Debian's PostgreSQL in a directory of its own, on a Unix socket there, as an ordinary user; started when first asked for.</summary>
public sealed class PostgresServer : IAsyncDisposable
{
    private readonly SemaphoreSlim _starting = new(1, 1);
    private string? _directory;
    private int _databases;

    private string Data => Path.Combine(_directory!, "data");

    /// <summary>Makes an empty database and gives the connection to it.</summary>
    public async Task<string> CreateDatabaseAsync(CancellationToken cancellationToken)
    {
        await _starting.WaitAsync(cancellationToken);
        try
        {
            if (_directory is null)
            {
                await StartAsync(cancellationToken);
            }
        }
        finally
        {
            _starting.Release();
        }

        var name = $"test{Interlocked.Increment(ref _databases)}";
        await ExecuteAsync(Connection("postgres"), $"CREATE DATABASE {name}", cancellationToken);
        return Connection(name);
    }

    /// <summary>Runs a script in a database.</summary>
    public static async Task ExecuteAsync(string connection, string script, CancellationToken cancellationToken)
    {
        await using var source = NpgsqlDataSource.Create(connection);
        await using var command = source.CreateCommand(script);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Kills the server's first process as SIGKILL does, waits until all of it is gone, and starts it again.</summary>
    public async Task KillAndRestartAsync(CancellationToken cancellationToken)
    {
        var pid = (await File.ReadAllLinesAsync(Path.Combine(Data, "postmaster.pid"), cancellationToken))[0];
        await RunAsync("kill", ["-KILL", pid], cancellationToken);
        await ControlAsync(["start"], cancellationToken);
        NpgsqlConnection.ClearAllPools();
    }

    public async ValueTask DisposeAsync()
    {
        if (_directory is not null)
        {
            await ControlAsync(["stop", "-m", "immediate"], CancellationToken.None);
            Directory.Delete(_directory, recursive: true);
        }

        _starting.Dispose();
    }

    private string Connection(string database) => $"Host={_directory};Username=codeact;Database={database};Timeout=60";

    private async Task StartAsync(CancellationToken cancellationToken)
    {
        _directory = Directory.CreateTempSubdirectory("codeact-pg-").FullName;
        if (Environment.IsPrivilegedProcess) // which PostgreSQL refuses to run as
        {
            await RunAsync("chown", ["postgres:postgres", _directory], cancellationToken);
        }

        await RunAsOrdinaryAsync(
            "initdb", ["-D", Data, "-U", "codeact", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"], cancellationToken);
        await ControlAsync(["start"], cancellationToken);
    }

    // A lock file that a killed server left is no obstacle: the server sees that its owner is gone, once it is.
    private async Task ControlAsync(string[] what, CancellationToken cancellationToken) =>
        await RunAsOrdinaryAsync(
            "pg_ctl",
            [.. what, "-w", "-D", Data, "-l", Path.Combine(_directory!, "log"), "-o", $"-k {_directory} -h ''"],
            cancellationToken);

    private static Task RunAsOrdinaryAsync(string program, string[] arguments, CancellationToken cancellationToken)
    {
        var path = Directory.GetDirectories("/usr/lib/postgresql")
            .OrderByDescending(version => int.Parse(Path.GetFileName(version), System.Globalization.CultureInfo.InvariantCulture))
            .Select(version => Path.Combine(version, "bin", program))
            .First(File.Exists);
        return Environment.IsPrivilegedProcess
            ? RunAsync("setpriv", ["--reuid=postgres", "--regid=postgres", "--clear-groups", path, .. arguments], cancellationToken)
            : RunAsync(path, arguments, cancellationToken);
    }

    private static async Task RunAsync(string program, string[] arguments, CancellationToken cancellationToken)
    {
        // Into a file and not into a pipe, which the server would hold open for as long as it lives.
        var log = Path.GetTempFileName();
        var words = string.Join(' ', new[] { program }.Concat(arguments).Select(word => $"'{word.Replace("'", "'\\''")}'"));
        using var process = Process.Start(new ProcessStartInfo("sh", ["-c", $"cd / && exec {words} > {log} 2>&1 < /dev/null"]))!;
        await process.WaitForExitAsync(cancellationToken);
        var said = await File.ReadAllTextAsync(log, cancellationToken);
        File.Delete(log);
        Assert.True(process.ExitCode == 0, $"{words} exited with {process.ExitCode}:\n{said}");
    }
}
