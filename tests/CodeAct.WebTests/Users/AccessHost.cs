using CodeAct.Conversations.Sql;
using CodeAct.Web;
using CodeAct.Web.Users;
using CodeAct.WebTests.Hosting;

[assembly: AssemblyFixture(typeof(CodeAct.WebTests.Users.AccessHost))]

namespace CodeAct.WebTests.Users;

/// <summary>A real server that everybody has to sign in to, with two users and a provider of OpenID Connect.</summary>
public sealed class AccessHost : IAsyncLifetime
{
    public const string Password = "correct horse battery";

    private readonly string _directory = Directory.CreateTempSubdirectory("codeact-access-").FullName;
    private readonly EchoModel _model = new(TimeProvider.System);
    private readonly Dictionary<string, User> _users = [];
    private WebServer? _server;
    private SqlDatabase? _database;
    private Accounts? _accounts;
    private OpenIdServer? _openId;

    internal WebServer Server => _server!;

    /// <summary>The users, as the command line has them beside the server.</summary>
    internal Accounts Accounts => _accounts!;

    internal ApiKeys Keys => new(_database!, TimeProvider.System);

    internal OpenIdServer OpenId => _openId!;

    internal User Ann => _users["ann"];

    internal User Bob => _users["bob"];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>What such a server is started with.</summary>
    internal static WebOptions Options(string directory, EchoModel model, OpenIdServer? openId = null) => WebHost.Options(directory, model) with
    {
        Access = new AccessOptions
        {
            AccountsRequired = true,
            AllowsPlainCookies = true,
            Registration = Registration.Invitation,
            OpenId = openId is null ? null : new OpenIdOptions(new Uri(openId.Issuer), OpenIdServer.ClientId, OpenIdServer.ClientSecret),
            Limits = new AccessLimits { SignInsPerAddress = 1000, RequestsPerAddress = 10_000, RequestBytes = 200_000 },
        },
    };

    /// <summary>A client with a key of a user.</summary>
    internal async Task<HttpClient> ClientAsync(User user, params string[] scopes)
    {
        var (secret, _) = await Keys.AddAsync(user.Id, "test", scopes.Length == 0 ? Scopes.Of(user) : scopes, null, Cancel);
        return Client(secret);
    }

    /// <summary>A client with a key.</summary>
    internal HttpClient Client(string? key = null)
    {
        var client = new HttpClient(new HttpClientHandler { AllowAutoRedirect = false }) { BaseAddress = Server.Url };
        if (key is not null)
        {
            client.DefaultRequestHeaders.Authorization = new("Bearer", key);
        }

        return client;
    }

    /// <inheritdoc/>
    public async ValueTask InitializeAsync()
    {
        _openId = await OpenIdServer.StartAsync(Cancel);
        _server = await WebServer.StartAsync(Options(_directory, _model, _openId), Cancel);
        _database = await SqliteDatabase.OpenAsync(Path.Combine(_directory, "conversations.db"), Cancel);
        _accounts = await Accounts.OpenAsync(_database, TimeProvider.System, Cancel);
        _users["ann"] = await _accounts.AddAsync("ann", Password, isAdmin: true, Cancel);
        _users["bob"] = await _accounts.AddAsync("bob", Password, isAdmin: true, Cancel);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await Server.DisposeAsync();
        await _database!.DisposeAsync();
        await OpenId.DisposeAsync();
        Directory.Delete(_directory, recursive: true);
    }
}
