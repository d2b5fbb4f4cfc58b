using System.Net;
using System.Text.Json;
using CodeAct.WebTests.Hosting;

namespace CodeAct.WebTests.Shares;

public sealed class SharesApiTests(WebHost host) : IDisposable
{
    private readonly HttpClient _client = host.Client();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_link_is_made_listed_and_revoked_and_shows_nothing_that_was_said_later()
    {
        var talk = await Talk.BeginAsync(_client);
        using var empty = await _client.PostAsync($"{talk.Path}/share", null, Cancel);
        Assert.Equal(HttpStatusCode.BadRequest, empty.StatusCode);
        await talk.AskAsync("early words");
        var path = await ShareAsync(talk);
        Assert.Equal(path, await ShareAsync(talk));
        await talk.AskAsync("late words");

        var page = await _client.GetStringAsync(path, Cancel);
        Assert.Contains("early words", page, StringComparison.Ordinal);
        Assert.DoesNotContain("late words", page, StringComparison.Ordinal);
        Assert.Single((await _client.GetFromJsonAsync<JsonElement>($"{talk.Path}/share", Cancel)).EnumerateArray());

        using var revoked = await _client.DeleteAsync($"{talk.Path}/share", Cancel);
        Assert.Equal(HttpStatusCode.NoContent, revoked.StatusCode);
        using var gone = await _client.GetAsync(path, Cancel);
        Assert.Equal(HttpStatusCode.NotFound, gone.StatusCode);
    }

    [Fact]
    public async Task What_is_shared_is_text_whatever_it_says_and_no_search_engine_is_to_keep_it()
    {
        var talk = await Talk.BeginAsync(_client);
        await talk.AskAsync("<script>alert(1)</script> `print('<img src=x onerror=alert(2)>')`");

        var page = await _client.GetStringAsync(await ShareAsync(talk), Cancel);

        Assert.DoesNotContain("<script", page, StringComparison.Ordinal);
        Assert.DoesNotContain("<img src=x", page, StringComparison.Ordinal);
        Assert.Contains("&lt;img src=x", page, StringComparison.Ordinal);
        Assert.Contains("""<meta name="robots" content="noindex""", page, StringComparison.Ordinal);
        Assert.Contains("""<meta name="description" content="It says: """, page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_data_frame_is_a_table_and_what_stands_in_it_is_text()
    {
        var talk = await Talk.BeginAsync(_client);
        await talk.AskAsync("`import pandas as pd; pd.DataFrame({'name': ['<b>x</b>', 'a & b'], 'price': [1.5, 2.25]})`");

        var page = await _client.GetStringAsync(await ShareAsync(talk), Cancel);

        Assert.Contains("<tr><th></th><th>name</th><th>price</th></tr>", page, StringComparison.Ordinal);
        Assert.Contains("<tr><th>0</th><td>&lt;b&gt;x&lt;/b&gt;</td><td>1.50</td></tr>", page, StringComparison.Ordinal);
        Assert.Contains("<td>a &amp; b</td>", page, StringComparison.Ordinal);
        Assert.DoesNotContain("dataframe", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nobody_goes_on_with_what_is_shared_by_a_form_of_another_site()
    {
        var talk = await Talk.BeginAsync(_client);
        await talk.AskAsync("hello");
        using var request = new HttpRequestMessage(HttpMethod.Post, $"{await ShareAsync(talk)}/continue");
        request.Headers.Add("Sec-Fetch-Site", "cross-site");
        using var response = await _client.SendAsync(request, Cancel);
        Assert.Equal(HttpStatusCode.Forbidden, response.StatusCode);
    }

    public void Dispose() => _client.Dispose();

    private async Task<string> ShareAsync(Talk talk)
    {
        using var shared = await _client.PostAsync($"{talk.Path}/share", null, Cancel);
        shared.EnsureSuccessStatusCode();
        return (await shared.Content.ReadFromJsonAsync<JsonElement>(Cancel)).GetProperty("path").GetString()!;
    }
}
