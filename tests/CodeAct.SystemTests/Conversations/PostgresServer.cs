using System.Diagnostics;
using System.Globalization;
using CodeAct.SystemTests.Conversations;
using Npgsql;

[assembly: AssemblyFixture(typeof(PostgresServer))]

namespace CodeAct.SystemTests.Conversations;

/// <summary>Debian's PostgreSQL in a directory of its own, on a Unix socket there, as an ordinary user; started when first asked for.</summary>
public sealed class PostgresServer : IAsyncDisposable
{
    private const string Installed = "/usr/lib/postgresql"; // where Debian puts each of its versions

    private readonly SemaphoreSlim _starting = new(1, 1);
    private string? _directory;
    private Process? _server;
    private Task<string>? _said;
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

    /// <summary>Kills all processes of the server as SIGKILL does, and starts it again.</summary>
    public async Task KillAndRestartAsync(CancellationToken cancellationToken)
    {
        await EndAsync();
        await StartServerAsync(cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        if (_directory is not null)
        {
            await EndAsync();
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
            await RunAsync(
                new ProcessStartInfo("chown", ["postgres:postgres", _directory]) { UseShellExecute = false }, cancellationToken);
        }

        await RunAsync(
            Ordinary("initdb", "-D", Data, "-U", "codeact", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"), cancellationToken);
        await StartServerAsync(cancellationToken);
    }

    private async Task StartServerAsync(CancellationToken cancellationToken)
    {
        var start = Ordinary("postgres", "-D", Data, "-k", _directory!, "-h", "");
        start.RedirectStandardError = true;
        _server = Process.Start(start)!;
        var said = "";
        while (!said.Contains("ready to accept connections", StringComparison.Ordinal))
        {
            var line = await _server.StandardError.ReadLineAsync(cancellationToken);
            Assert.True(line is not null, $"PostgreSQL did not start:\n{said}");
            said += line + '\n';
        }

        _said = _server.StandardError.ReadToEndAsync(CancellationToken.None); // else it would wait for a reader
    }

    private async Task EndAsync()
    {
        if (_server is { } server)
        {
            server.Kill(entireProcessTree: true);
            await server.WaitForExitAsync(CancellationToken.None);
            await _said!;
            server.Dispose();
        }
    }

    private static async Task RunAsync(ProcessStartInfo start, CancellationToken cancellationToken)
    {
        start.RedirectStandardOutput = start.RedirectStandardError = true;
        using var process = Process.Start(start)!;
        var said = await Task.WhenAll(
            process.StandardOutput.ReadToEndAsync(cancellationToken), process.StandardError.ReadToEndAsync(cancellationToken));
        await process.WaitForExitAsync(cancellationToken);
        Assert.True(process.ExitCode == 0, $"{start.FileName} exited with {process.ExitCode}:\n{string.Concat(said)}");
    }

    /// <summary>A program of PostgreSQL, which refuses to run as root.</summary>
    private static ProcessStartInfo Ordinary(string program, params string[] arguments)
    {
        var path = (Directory.Exists(Installed) ? Directory.GetDirectories(Installed) : [])
            .OrderByDescending(version => int.Parse(Path.GetFileName(version), CultureInfo.InvariantCulture))
            .Select(version => Path.Combine(version, "bin", program))
            .FirstOrDefault(File.Exists);
        Assert.True(path is not null, $"PostgreSQL is not installed: there is no {Installed}/*/bin/{program}. Run scripts/setup tests.");
        var start = Environment.IsPrivilegedProcess
            ? new ProcessStartInfo("setpriv", ["--reuid=postgres", "--regid=postgres", "--clear-groups", path, .. arguments])
            : new ProcessStartInfo(path, arguments);
        (start.WorkingDirectory, start.UseShellExecute) = ("/", false);
        return start;
    }
}
