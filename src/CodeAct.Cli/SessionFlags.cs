using System.CommandLine;
using CodeAct.Python;
using CodeAct.Python.Network;

namespace CodeAct.Cli;

/// <summary>The options of every command that starts a session.</summary>
/// <param name="timeout">The time limit of a cell when none is given.</param>
internal sealed class SessionFlags(TimeSpan timeout)
{
    private readonly Option<string[]> _files = new("--file", "-f")
    {
        Description = "A file to work with; it is copied into the session's working directory. May be repeated.",
        HelpName = "FILE",
        DefaultValueFactory = _ => [],
    };

    private readonly Option<string> _out = new("--out", "-o")
    {
        Description = "Where files and pictures that appear in the session are put. Nothing there is overwritten.",
        HelpName = "DIR",
        DefaultValueFactory = _ => "codeact-out",
    };

    private readonly Option<int> _timeout = AtLeastOne(
        "--timeout", "Longest time for one cell.", (int)timeout.TotalSeconds, "SECONDS");

    private readonly Option<SandboxMode> _sandbox = new("--sandbox")
    {
        Description = "auto: as tight as this machine allows ('codeact doctor' tells). none: code runs with all your rights.",
        HelpName = "auto|none",
    };

    private readonly Option<AllowedHost[]> _hosts = Parsed(
        "--allow-host",
        "A host that the session may reach over HTTP or HTTPS, such as example.org:443 or '*.example.org:443'. "
        + "Nothing can be reached unless told. May be repeated.",
        "HOST:PORT",
        AllowedHost.Parse);

    private readonly Option<SandboxMount[]> _mounts = Parsed(
        "--mount",
        "A file or directory that the session sees at /mnt/NAME, read-only unless ':rw' stands behind it; "
        + "without NAME it keeps its own. May be repeated.",
        "PATH[:NAME][:rw]",
        ParseMount);

    private readonly Option<PythonBackend> _backend = new("--backend")
    {
        Description = "local: sessions in a sandbox. plain: a child process with all your rights, where there is no sandbox.",
        HelpName = "local|plain",
    };

    private readonly Option<PackageSource?> _packages = new("--packages")
    {
        Description = "Where '%pip install' takes packages from: a folder of wheels, or the address of an index, whose host "
            + "--allow-host names. Nowhere unless told.",
        HelpName = "DIR|URL",
        CustomParser = result =>
        {
            try
            {
                return PackageSource.Parse(result.Tokens[0].Value);
            }
            catch (ArgumentException mistake)
            {
                result.AddError(mistake.Message);
                return null;
            }
        },
    };

    /// <param name="command">Gets them.</param>
    /// <param name="ownsFiles">False for a command whose session neither begins with files nor leaves any.</param>
    public void AddTo(Command command, bool ownsFiles = true)
    {
        Option[] all = [_timeout, _sandbox, _hosts, _mounts, _backend, _packages];
        foreach (var option in ownsFiles ? [_files, _out, .. all] : all)
        {
            command.Options.Add(option);
        }
    }

    public SessionSettings Read(ParseResult arguments) => new(
        arguments.GetValue(_files)!,
        arguments.GetValue(_out)!,
        TimeSpan.FromSeconds(arguments.GetValue(_timeout)),
        new PythonEngineOptions
        {
            PoolSize = 0,
            Backend = arguments.GetValue(_backend),
            Packages = arguments.GetValue(_packages),
            Sandbox = new SandboxPolicy
            {
                Mode = arguments.GetValue(_sandbox),
                Network = new NetworkPolicy { Allowed = arguments.GetValue(_hosts)! },
                Mounts = arguments.GetValue(_mounts)!,
            },
        });

    /// <summary>An option whose value is a whole number above zero.</summary>
    public static Option<int> AtLeastOne(string name, string description, int value, string unit = "N")
    {
        var option = new Option<int>(name) { Description = description, HelpName = unit, DefaultValueFactory = _ => value };
        option.Validators.Add(result =>
        {
            if (result.Tokens is [var token] && (!int.TryParse(token.Value, out var number) || number < 1))
            {
                result.AddError($"{name} takes a whole number above 0, not '{token.Value}'.");
            }
        });
        return option;
    }

    /// <summary>Reads <c>PATH[:NAME][:rw]</c>.</summary>
    private static SandboxMount ParseMount(string text)
    {
        const string ReadWrite = ":rw";
        var writable = text.EndsWith(ReadWrite, StringComparison.Ordinal);
        var place = writable ? text[..^ReadWrite.Length] : text;
        var colon = place.LastIndexOf(':');
        var (path, name) = colon > 0 ? (place[..colon], place[(colon + 1)..]) : (place, null);
        return new SandboxMount(Path.GetFullPath(path), name) { Writable = writable };
    }

    /// <summary>An option that may be repeated, whose values are read by a function that says what is wrong with one.</summary>
    private static Option<T[]> Parsed<T>(string name, string description, string form, Func<string, T> parse) => new(name)
    {
        Description = description,
        HelpName = form,
        DefaultValueFactory = _ => [],
        CustomParser = result =>
        {
            try
            {
                return [.. result.Tokens.Select(token => parse(token.Value))];
            }
            catch (Exception wrong) when (wrong is FormatException or ArgumentException)
            {
                result.AddError($"{name}: {wrong.Message}");
                return [];
            }
        },
    };
}

/// <summary>How a session is started and what becomes of what it makes.</summary>
/// <param name="Files">Files of the host to begin with.</param>
/// <param name="OutDirectory">Where what appears in the session is put.</param>
/// <param name="CellTimeout">Longest time for one cell.</param>
/// <param name="Engine">What runs it, and what it can see and do of the machine.</param>
internal sealed record SessionSettings(
    IReadOnlyList<string> Files, string OutDirectory, TimeSpan CellTimeout, PythonEngineOptions Engine)
{
    /// <summary>Starts a session that has the files.</summary>
    public async Task<IPythonSession> StartAsync(PythonEngine engine, CancellationToken cancellationToken)
    {
        var session = await engine.CreateSessionAsync(new SessionOptions(), cancellationToken);
        try
        {
            foreach (var file in Files)
            {
                await session.Workspace.AddFileAsync(file, cancellationToken);
            }

            return session;
        }
        catch
        {
            await session.DisposeAsync();
            throw;
        }
    }
}
