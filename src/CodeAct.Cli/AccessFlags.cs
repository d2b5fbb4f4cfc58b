using System.CommandLine;
using System.Net;
using CodeAct.Web.Users;

namespace CodeAct.Cli;

/// <summary>Who may use a server.</summary>
internal sealed class AccessFlags
{
    private const string SecretVariable = "CODEACT_OPENID_SECRET";

    private readonly Option<bool> _accounts = new("--accounts")
    {
        Description = "Everybody must sign in or bring a key. Always so where others than this machine can reach it.",
    };

    private readonly Option<Registration> _registration = new("--registration")
    {
        Description = "Who may make an account: nobody but 'codeact users add', who has an invitation, or everybody.",
        HelpName = "closed|invitation|open",
    };

    private readonly Option<Uri?> _openId = new("--openid")
    {
        Description = $"A provider of OpenID Connect with which users sign in too; the client's secret is in {SecretVariable}.",
        HelpName = "URL",
        CustomParser = result =>
        {
            var text = result.Tokens[0].Value;
            if (Uri.TryCreate(text, UriKind.Absolute, out var url)
                && (url.Scheme == Uri.UriSchemeHttps || (url.IsLoopback && url.Scheme == Uri.UriSchemeHttp)))
            {
                return url;
            }

            result.AddError($"--openid takes the https address of a provider, not '{text}'.");
            return null;
        },
    };

    private readonly Option<string> _client = new("--openid-client")
    {
        Description = "The name under which the provider knows this server.",
        HelpName = "ID",
        DefaultValueFactory = _ => "codeact",
    };

    private readonly Option<IPNetwork[]> _proxies = new("--proxy")
    {
        Description = "A proxy before this server, as an address or 10.0.0.0/8: it is believed whom it forwards for. May be repeated.",
        HelpName = "ADDRESS",
        CustomParser = result =>
        {
            var networks = new List<IPNetwork>();
            foreach (var token in result.Tokens)
            {
                if (IPNetwork.TryParse(token.Value, out var network))
                {
                    networks.Add(network);
                }
                else if (IPAddress.TryParse(token.Value, out var address))
                {
                    networks.Add(new IPNetwork(address, address.GetAddressBytes().Length * 8));
                }
                else
                {
                    result.AddError($"--proxy takes an address such as 10.0.0.2 or 10.0.0.0/8, not '{token.Value}'.");
                }
            }

            return [.. networks];
        },
        DefaultValueFactory = _ => [],
    };

    public void AddTo(Command command)
    {
        foreach (var option in (Option[])[_accounts, _registration, _openId, _client, _proxies])
        {
            command.Options.Add(option);
        }
    }

    /// <summary>Reads them for a server at an address.</summary>
    public AccessOptions Read(ParseResult arguments, Uri url)
    {
        var secret = Environment.GetEnvironmentVariable(SecretVariable);
        var openId = arguments.GetValue(_openId);
        var proxies = arguments.GetValue(_proxies)!;
        var isOpen = !url.IsLoopback || proxies.Length > 0;
        return new AccessOptions
        {
            AccountsRequired = isOpen || openId is not null || arguments.GetValue(_accounts),
            AllowsPlainCookies = !isOpen,
            Registration = arguments.GetValue(_registration),
            OpenId = openId is null
                ? null
                : new OpenIdOptions(openId, arguments.GetValue(_client)!, string.IsNullOrEmpty(secret) ? null : secret),
            Proxies = proxies,
        };
    }
}
