using System.Net;
using System.Text.RegularExpressions;

namespace CodeAct.WebTests.Users;

/// <summary>Somebody at a browser without JavaScript: keeps cookies, follows links, and sends forms with all that is in them.</summary>
internal sealed partial class Browser : IDisposable
{
    private readonly CookieContainer _cookies = new();
    private readonly HttpClient _client;

    public Browser(Uri server)
    {
        _client = new HttpClient(new HttpClientHandler { CookieContainer = _cookies, AllowAutoRedirect = false }) { BaseAddress = server };
        _client.DefaultRequestHeaders.Add("Sec-Fetch-Site", "same-origin");
        _client.DefaultRequestHeaders.Accept.ParseAdd("text/html");
    }

    /// <summary>Where it is.</summary>
    public Uri Place { get; private set; } = new("about:blank");

    /// <summary>What it shows.</summary>
    public string Page { get; private set; } = "";

    /// <summary>What it was told, after all redirections.</summary>
    public HttpStatusCode Status { get; private set; }

    /// <summary>The cookies of the server.</summary>
    public CookieCollection Cookies => _cookies.GetCookies(_client.BaseAddress!);

    /// <summary>The text of the alert on the page; empty without one.</summary>
    public string Problem => WebUtility.HtmlDecode(Alert().Match(Page).Groups["text"].Value);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public Task OpenAsync(string address) => ShowAsync(new HttpRequestMessage(HttpMethod.Get, address));

    /// <summary>Fills in and sends the form of the page that goes to an address.</summary>
    public Task SendAsync(string action, params (string Name, string Value)[] typed)
    {
        var form = Form().Matches(Page).Single(form => form.Groups["action"].Value == action).Groups["fields"].Value;
        var fields = Field().Matches(form).Select(field => field.Value).ToDictionary(
            field => Name().Match(field).Groups["text"].Value,
            field => WebUtility.HtmlDecode(Value().Match(field).Groups["text"].Value));
        foreach (var (name, value) in typed)
        {
            Assert.Contains(name, fields.Keys);
            fields[name] = value;
        }

        return ShowAsync(new HttpRequestMessage(HttpMethod.Post, action) { Content = new FormUrlEncodedContent(fields) });
    }

    /// <summary>Signs in with a name and a password.</summary>
    public async Task SignInAsync(string name, string password)
    {
        await OpenAsync("/signin");
        await SendAsync("/signin", ("name", name), ("password", password));
    }

    public void Dispose() => _client.Dispose();

    private async Task ShowAsync(HttpRequestMessage request)
    {
        using var response = await _client.SendAsync(request, Cancel);
        (Place, Status) = (response.RequestMessage!.RequestUri!, response.StatusCode);
        Page = await response.Content.ReadAsStringAsync(Cancel);
        request.Dispose();
        if (response.Headers.Location is { } next)
        {
            await ShowAsync(new HttpRequestMessage(HttpMethod.Get, new Uri(Place, next)));
        }
    }

    [GeneratedRegex("<form method=\"post\" action=\"(?<action>[^\"]+)\">(?<fields>.*?)</form>", RegexOptions.Singleline | RegexOptions.NonBacktracking)]
    private static partial Regex Form();

    [GeneratedRegex("<input [^>]*>", RegexOptions.NonBacktracking)]
    private static partial Regex Field();

    [GeneratedRegex(" name=\"(?<text>[^\"]+)\"", RegexOptions.NonBacktracking)]
    private static partial Regex Name();

    [GeneratedRegex(" value=\"(?<text>[^\"]*)\"", RegexOptions.NonBacktracking)]
    private static partial Regex Value();

    [GeneratedRegex("role=\"alert\">(?<text>[^<]*)<", RegexOptions.NonBacktracking)]
    private static partial Regex Alert();
}
