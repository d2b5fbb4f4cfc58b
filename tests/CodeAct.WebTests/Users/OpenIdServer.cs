using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace CodeAct.WebTests.Users;

/// <summary>A provider of OpenID Connect on loopback: code flow with PKCE and one client, tokens signed with RS256; signs in at once.</summary>
internal sealed class OpenIdServer : IAsyncDisposable
{
    public const string ClientId = "codeact";
    public const string ClientSecret = "a secret of the two";

    private static readonly string[] _code = ["code"];
    private static readonly string[] _public = ["public"];
    private static readonly string[] _algorithms = [SecurityAlgorithms.RsaSha256];

    private readonly ConcurrentDictionary<string, (string Nonce, string Challenge, string RedirectUri)> _codes = new();
    private readonly RSA _rsa = RSA.Create(2048);
    private readonly WebApplication _app;

    private OpenIdServer()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        _app = builder.Build();
        _app.MapGet("/.well-known/openid-configuration", () => new Dictionary<string, object>
        {
            ["issuer"] = Issuer,
            ["authorization_endpoint"] = $"{Issuer}/authorize",
            ["token_endpoint"] = $"{Issuer}/token",
            ["jwks_uri"] = $"{Issuer}/keys",
            ["response_types_supported"] = _code,
            ["subject_types_supported"] = _public,
            ["id_token_signing_alg_values_supported"] = _algorithms,
        });
        _app.MapGet("/keys", () => new { keys = new[] { Key() } });
        _app.MapGet("/authorize", Authorize);
        _app.MapPost("/token", TokenAsync).DisableAntiforgery();
    }

    /// <summary>Its address.</summary>
    public string Issuer => _app.Urls.Single();

    /// <summary>Who is signed in there.</summary>
    public string Subject { get; set; } = "8a7f";

    /// <summary>What that one is called.</summary>
    public string Name { get; set; } = "zoë";

    /// <summary>Another key than the published one signs.</summary>
    public bool Forges { get; set; }

    /// <summary>The tokens are for this client.</summary>
    public string Audience { get; set; } = ClientId;

    public static async Task<OpenIdServer> StartAsync(CancellationToken cancellationToken)
    {
        var server = new OpenIdServer();
        await server._app.StartAsync(cancellationToken);
        return server;
    }

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        _rsa.Dispose();
    }

    private IResult Authorize(HttpRequest request)
    {
        var query = request.Query;
        if (query["client_id"] != ClientId || query["response_type"] != "code" || query["code_challenge_method"] != "S256")
        {
            return Results.BadRequest();
        }

        var code = Guid.NewGuid().ToString("N");
        var redirect = query["redirect_uri"].ToString();
        _codes[code] = (query["nonce"].ToString(), query["code_challenge"].ToString(), redirect);
        return Results.Redirect($"{redirect}?code={code}&state={Uri.EscapeDataString(query["state"].ToString())}");
    }

    private async Task<IResult> TokenAsync(HttpRequest request)
    {
        var form = await request.ReadFormAsync(request.HttpContext.RequestAborted);
        var verifier = SHA256.HashData(Encoding.ASCII.GetBytes(form["code_verifier"].ToString()));
        if (!_codes.TryRemove(form["code"].ToString(), out var asked)
            || Base64UrlEncoder.Encode(verifier) != asked.Challenge
            || form["redirect_uri"] != asked.RedirectUri
            || form["client_id"] != ClientId
            || form["client_secret"] != ClientSecret)
        {
            return Results.BadRequest(new { error = "invalid_grant" });
        }

        using var other = RSA.Create(2048);
        var key = new RsaSecurityKey(Forges ? other : _rsa) { KeyId = "one", CryptoProviderFactory = new() { CacheSignatureProviders = false } };
        var token = new JsonWebTokenHandler().CreateToken(new SecurityTokenDescriptor
        {
            Issuer = Issuer,
            Audience = Audience,
            Claims = new Dictionary<string, object>
            {
                ["sub"] = Subject,
                ["preferred_username"] = Name,
                ["nonce"] = asked.Nonce,
            },
            SigningCredentials = new SigningCredentials(key, SecurityAlgorithms.RsaSha256),
        });
        return Results.Json(new { access_token = "opaque", token_type = "Bearer", expires_in = 300, id_token = token });
    }

    private Dictionary<string, string> Key()
    {
        var parameters = _rsa.ExportParameters(includePrivateParameters: false);
        return new Dictionary<string, string>
        {
            ["kty"] = "RSA",
            ["use"] = "sig",
            ["alg"] = "RS256",
            ["kid"] = "one",
            ["n"] = Base64UrlEncoder.Encode(parameters.Modulus!),
            ["e"] = Base64UrlEncoder.Encode(parameters.Exponent!),
        };
    }
}
