using System.Net;
using System.Text;
using System.Text.Json;
using CodeAct.Agents;
using CodeAct.Web.Sessions;
using CodeAct.Web.Users;
using CodeAct.WebTests.Hosting;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.StaticAssets;

namespace CodeAct.WebTests.Users;

/// <summary>Every route of the server, and who may use it. One that is not in this table, or is there no more, makes a test fail.</summary>
public sealed class RouteTests(AccessHost host)
{
    private const string Any = ""; // whoever has signed in

    /// <summary>For everybody, signed in or not.</summary>
    private static readonly string[] _anonymous =
    [
        "GET /signin", "POST /signin", "GET /signin/elsewhere", "GET /register", "POST /register",
        "GET /share/{Id}", "GET /not-found", "GET /error",
    ];

    /// <summary>The scope that a route asks for, and what its owner gets there.</summary>
    private static readonly (string Route, string Scope, HttpStatusCode Owner, string? Body)[] _routes =
    [
        ("GET /", Scopes.Chat, HttpStatusCode.OK, null),
        ("GET /c/{Id}", Scopes.Chat, HttpStatusCode.NotFound, null), // the page says that it is not there
        ("GET /openapi/{documentName}.json", Any, HttpStatusCode.OK, null),
        ("GET /api/me", Any, HttpStatusCode.OK, null),
        ("POST /signout", Scopes.Account, HttpStatusCode.BadRequest, null), // no form, no token
        ("GET /account/", Scopes.Account, HttpStatusCode.OK, null),
        ("POST /account/keys", Scopes.Account, HttpStatusCode.BadRequest, null),
        ("POST /account/keys/revoke", Scopes.Account, HttpStatusCode.BadRequest, null),
        ("POST /account/password", Scopes.Account, HttpStatusCode.BadRequest, null),
        ("GET /api/keys/", Scopes.Account, HttpStatusCode.OK, null),
        ("POST /api/keys/", Scopes.Account, HttpStatusCode.Created, """{"name": "x"}"""),
        ("DELETE /api/keys/{id}", Scopes.Account, HttpStatusCode.NoContent, null),
        ("GET /api/users", Scopes.Admin, HttpStatusCode.OK, null),
        ("POST /api/users", Scopes.Admin, HttpStatusCode.BadRequest, """{"name": "x", "password": "short"}"""),
        ("DELETE /api/users/{name}", Scopes.Admin, HttpStatusCode.NotFound, null),
        ("POST /api/invitations", Scopes.Admin, HttpStatusCode.Created, "{}"),
        ("GET /api/conversations/", Scopes.Chat, HttpStatusCode.OK, null),
        ("POST /api/conversations/", Scopes.Chat, HttpStatusCode.Created, null),
        ("GET /api/conversations/{id}/", Scopes.Chat, HttpStatusCode.OK, null),
        ("PATCH /api/conversations/{id}/", Scopes.Chat, HttpStatusCode.OK, """{"title": "x"}"""),
        ("DELETE /api/conversations/{id}/", Scopes.Chat, HttpStatusCode.NoContent, null),
        ("POST /api/conversations/{id}/messages", Scopes.Chat, HttpStatusCode.Accepted, """{"text": "hello"}"""),
        ("POST /api/conversations/{id}/stop", Scopes.Chat, HttpStatusCode.NoContent, null),
        ("POST /api/conversations/{id}/fork", Scopes.Chat, HttpStatusCode.Created, """{"at": 0}"""),
        ("POST /api/conversations/{id}/approvals/{call}", Scopes.Chat, HttpStatusCode.NoContent, """{"approve": true}"""),
        ("GET /api/conversations/{id}/events", Scopes.Chat, HttpStatusCode.OK, null),
        ("GET /api/conversations/{id}/export", Scopes.Chat, HttpStatusCode.OK, null),
        ("GET /api/conversations/{id}/files", Scopes.Chat, HttpStatusCode.OK, null),
        ("POST /api/conversations/{id}/files", Scopes.Chat, HttpStatusCode.BadRequest, ""), // it has no name
        ("GET /api/conversations/{id}/files/{**name}", Scopes.Chat, HttpStatusCode.OK, null),
        ("GET /api/conversations/{id}/variables", Scopes.Chat, HttpStatusCode.OK, null),
        ("GET /api/conversations/{id}/share/", Scopes.Chat, HttpStatusCode.OK, null),
        ("POST /api/conversations/{id}/share/", Scopes.Chat, HttpStatusCode.BadRequest, null), // nothing has been said in it
        ("DELETE /api/conversations/{id}/share/", Scopes.Chat, HttpStatusCode.NoContent, null),
        ("GET /v1/models", Scopes.Chat, HttpStatusCode.OK, null),
        ("GET /v1/models/{model}", Scopes.Chat, HttpStatusCode.OK, null),
        ("POST /v1/chat/completions", Scopes.Chat, HttpStatusCode.OK, """{"messages": [{"role": "user", "content": "hello"}]}"""),
        ("POST /v1/responses", Scopes.Chat, HttpStatusCode.OK, """{"input": "hello"}"""),
        ("GET /v1/responses/{id}", Scopes.Chat, HttpStatusCode.OK, null),
        ("POST /v1/conversations", Scopes.Chat, HttpStatusCode.OK, null),
        ("POST /v1/files/", Scopes.Chat, HttpStatusCode.BadRequest, "{}"), // no form
        ("GET /v1/files/", Scopes.Chat, HttpStatusCode.OK, null),
        ("GET /v1/files/{id}", Scopes.Chat, HttpStatusCode.OK, null),
        ("GET /v1/files/{id}/content", Scopes.Chat, HttpStatusCode.OK, null),
        ("DELETE /v1/files/{id}", Scopes.Chat, HttpStatusCode.OK, null),
        ("GET /v1/containers/{id}/files/", Scopes.Chat, HttpStatusCode.OK, null),
        ("GET /v1/containers/{id}/files/{file}", Scopes.Chat, HttpStatusCode.OK, null),
        ("GET /v1/containers/{id}/files/{file}/content", Scopes.Chat, HttpStatusCode.OK, null),
        ("POST /mcp/", Any, HttpStatusCode.NotAcceptable, "{}"), // only to who reads events
        ("GET /mcp/", Any, HttpStatusCode.NotAcceptable, null),
        ("DELETE /mcp/", Any, HttpStatusCode.OK, null),
        ("POST /share/{share}/continue", Scopes.Chat, HttpStatusCode.NotFound, null), // nothing is shared
        ("POST /api/conversations/{id}/session", Scopes.Chat, HttpStatusCode.Created, null),
        ("POST /execute", Scopes.Execute, HttpStatusCode.OK, """{"convid": "1", "code": "1"}"""),
        ("GET /api/sessions/", Scopes.Execute, HttpStatusCode.OK, null),
        ("POST /api/sessions/", Scopes.Execute, HttpStatusCode.Created, null),
        ("GET /api/sessions/{id}/", Scopes.Execute, HttpStatusCode.OK, null),
        ("DELETE /api/sessions/{id}/", Scopes.Execute, HttpStatusCode.NoContent, null),
        ("POST /api/sessions/{id}/cells", Scopes.Execute, HttpStatusCode.OK, """{"code": "1"}"""),
        ("POST /api/sessions/{id}/interrupt", Scopes.Execute, HttpStatusCode.NoContent, null),
        ("POST /api/sessions/{id}/restart", Scopes.Execute, HttpStatusCode.NoContent, null),
        ("GET /api/sessions/{id}/variables", Scopes.Execute, HttpStatusCode.OK, null),
        ("GET /api/sessions/{id}/files", Scopes.Execute, HttpStatusCode.OK, null),
        ("POST /api/sessions/{id}/files", Scopes.Execute, HttpStatusCode.BadRequest, ""), // it has no name
        ("GET /api/sessions/{id}/files/{**name}", Scopes.Execute, HttpStatusCode.OK, null),
        ("DELETE /api/sessions/{id}/files/{**name}", Scopes.Execute, HttpStatusCode.NoContent, null),
        ("GET /api/sessions/{id}/checkpoints", Scopes.Execute, HttpStatusCode.OK, null),
        ("POST /api/sessions/{id}/checkpoints", Scopes.Execute, HttpStatusCode.Created, null),
        ("POST /api/sessions/{id}/checkpoints/{number:int}/rollback", Scopes.Execute, HttpStatusCode.NoContent, null),
        ("POST /api/sessions/{id}/fork", Scopes.Execute, HttpStatusCode.Created, "{}"),
        ("GET /jupyter/api/", Scopes.Execute, HttpStatusCode.OK, null),
        ("GET /jupyter/api/status", Scopes.Execute, HttpStatusCode.OK, null),
        ("GET /jupyter/api/kernelspecs", Scopes.Execute, HttpStatusCode.OK, null),
        ("GET /jupyter/api/kernelspecs/{name}", Scopes.Execute, HttpStatusCode.NotFound, null),
        ("GET /jupyter/api/kernels/", Scopes.Execute, HttpStatusCode.OK, null),
        ("POST /jupyter/api/kernels/", Scopes.Execute, HttpStatusCode.Created, null),
        ("GET /jupyter/api/kernels/{id}/", Scopes.Execute, HttpStatusCode.OK, null),
        ("DELETE /jupyter/api/kernels/{id}/", Scopes.Execute, HttpStatusCode.NoContent, null),
        ("POST /jupyter/api/kernels/{id}/interrupt", Scopes.Execute, HttpStatusCode.NoContent, null),
        ("POST /jupyter/api/kernels/{id}/restart", Scopes.Execute, HttpStatusCode.OK, null),
        ("GET /jupyter/api/kernels/{id}/channels", Scopes.Execute, HttpStatusCode.BadRequest, null), // no WebSocket
    ];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public static TheoryData<string> Routes => [.. _routes.Select(route => route.Route)];

    [Fact]
    public void Every_route_is_in_the_table_and_open_to_everybody_only_where_the_table_says_so()
    {
        var endpoints = host.Server.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            .Where(endpoint => !IsAsset(endpoint) && !IsBlazors(endpoint))
            .ToList();

        var table = _routes.Select(route => route.Route).Concat(_anonymous).ToList();
        Assert.Empty(endpoints.SelectMany(Names).Except(table)); // write them into the table above
        Assert.Empty(table.Except(endpoints.SelectMany(Names))); // the server has them no more
        Assert.Equal(
            _anonymous.Order(),
            endpoints.Where(endpoint => endpoint.Metadata.GetMetadata<IAllowAnonymous>() is not null).SelectMany(Names).Distinct().Order());
    }

    [Fact]
    public async Task What_Blazor_maps_for_itself_asks_for_the_scope_of_the_page()
    {
        using var nobody = host.Client();
        using var wrong = await host.ClientAsync(host.Ann, Scopes.Execute);
        var endpoints = host.Server.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>().Where(IsBlazors);
        foreach (var pattern in endpoints.Select(endpoint => endpoint.RoutePattern.RawText!).Where(pattern => pattern.StartsWith("/_blazor", StringComparison.Ordinal)).Distinct())
        {
            using var none = await nobody.PostAsync(pattern, null, Cancel);
            using var other = await wrong.PostAsync(pattern, null, Cancel);
            Assert.Equal((pattern, HttpStatusCode.Unauthorized, HttpStatusCode.Forbidden), (pattern, none.StatusCode, other.StatusCode));
        }
    }

    [Theory]
    [MemberData(nameof(Routes))]
    public async Task A_route_is_for_who_has_signed_in_and_has_its_scope_and_of_others_things_it_knows_nothing(string name)
    {
        var (route, scope, owner, body) = _routes.Single(one => one.Route == name);
        using var anns = await host.ClientAsync(host.Ann);
        var (path, isAnns) = await FillAsync(route, anns);
        Assert.DoesNotContain("{", path); // let FillAsync know what Ann has there

        using var nobody = host.Client();
        Assert.Equal(HttpStatusCode.Unauthorized, await AskAsync(nobody, route, path, body));
        using var stale = host.Client("ca_00000000000000000000000000000000");
        Assert.Equal(HttpStatusCode.Unauthorized, await AskAsync(stale, route, path, body));
        if (scope != Any)
        {
            using var wrong = await host.ClientAsync(host.Ann, [.. Scopes.All.Where(one => one != scope)]);
            Assert.Equal(HttpStatusCode.Forbidden, await AskAsync(wrong, route, path, body));
        }

        if (isAnns)
        {
            using var bobs = await host.ClientAsync(host.Bob);
            Assert.Equal(HttpStatusCode.NotFound, await AskAsync(bobs, route, path, body));
        }

        Assert.Equal(owner, await AskAsync(anns, route, path, body));
    }

    [Fact]
    public async Task Without_a_key_clients_of_the_OpenAI_interface_are_told_so_as_they_read_it()
    {
        using var nobody = host.Client();
        using var refused = await nobody.GetAsync("v1/models", Cancel);
        var error = (await refused.Content.ReadFromJsonAsync<JsonElement>(Cancel)).GetProperty("error");
        Assert.Equal("invalid_api_key", error.GetProperty("code").GetString());
    }

    [Fact]
    public async Task A_tool_of_MCP_asks_for_its_scope()
    {
        using var chats = await host.ClientAsync(host.Ann, Scopes.Chat);
        await using var client = await ModelContextProtocol.Client.McpClient.CreateAsync(
            new ModelContextProtocol.Client.HttpClientTransport(
                new ModelContextProtocol.Client.HttpClientTransportOptions { Endpoint = new Uri(host.Server.Url, "mcp") }, chats),
            cancellationToken: Cancel);
        var code = new Dictionary<string, object?> { ["code"] = "1" };
        Assert.True((await client.CallToolAsync("execute_code", code, cancellationToken: Cancel)).IsError);
        var task = new Dictionary<string, object?> { ["task"] = "hello" };
        Assert.NotEqual(true, (await client.CallToolAsync("ask_agent", task, cancellationToken: Cancel)).IsError);
    }

    [Fact]
    public async Task A_list_has_ones_own_things_only()
    {
        using var anns = await host.ClientAsync(host.Ann);
        using var bobs = await host.ClientAsync(host.Bob);
        var talk = await Talk.BeginAsync(anns);
        await talk.AskAsync("a secret of ann's");

        Assert.Contains(talk.Id, await anns.GetStringAsync("api/conversations", Cancel));
        Assert.DoesNotContain(talk.Id, await bobs.GetStringAsync("api/conversations", Cancel));
        Assert.DoesNotContain(talk.Id, await bobs.GetStringAsync("api/conversations?q=secret", Cancel));
        var keys = await bobs.GetFromJsonAsync<JsonElement>("api/keys", Cancel);
        var bobsKeys = (await host.Keys.ListAsync(host.Bob.Id, Cancel)).Select(key => key.Id).Order();
        Assert.Equal(bobsKeys, keys.EnumerateArray().Select(key => key.GetProperty("id").GetString()).Order());
    }

    private static bool IsAsset(RouteEndpoint endpoint) =>
        endpoint.Metadata.GetMetadata<StaticAssetDescriptor>() is not null
        || endpoint.RoutePattern.RawText == "{**path:file}"; // of files that are there without being listed, which ours all are

    private static bool IsBlazors(RouteEndpoint endpoint) =>
        endpoint.RoutePattern.RawText is { } pattern
        && (pattern.StartsWith("/_blazor", StringComparison.Ordinal) || pattern.StartsWith("/_framework", StringComparison.Ordinal));

    private static IEnumerable<string> Names(RouteEndpoint endpoint)
    {
        var methods = endpoint.Metadata.GetMetadata<IHttpMethodMetadata>()?.HttpMethods ?? ["*"];
        var pattern = "/" + endpoint.RoutePattern.RawText!.TrimStart('/');
        return methods.Contains("GET") && methods.Contains("POST") // pages of Blazor take forms too; ours have none
            ? [$"GET {pattern}"]
            : methods.Select(method => $"{method} {pattern}");
    }

    /// <summary>The path with things of Ann's in the place of its parameters, and whether there are any.</summary>
    private async Task<(string Path, bool IsAnns)> FillAsync(string route, HttpClient anns)
    {
        var path = route[(route.IndexOf(' ') + 1)..]
            .Replace("{documentName}", "v1").Replace("{name}", "nobody").Replace("{Id}", "0000000000").Replace("{share}", "0000000000")
            .Replace("{model}", "echo");
        if (path.StartsWith("/api/keys/{id}", StringComparison.Ordinal))
        {
            var (_, key) = await host.Keys.AddAsync(host.Ann.Id, "mine", [Scopes.Chat], null, Cancel);
            return (path.Replace("{id}", key.Id), true);
        }

        if (path.StartsWith("/v1/files/{id}", StringComparison.Ordinal))
        {
            using var form = new MultipartFormDataContent { { new StringContent("mine"), "file", "mine.txt" } };
            using var uploaded = await anns.PostAsync("v1/files", form, Cancel);
            return (path.Replace("{id}", await IdAsync(uploaded)), true);
        }

        if (path.StartsWith("/v1/responses/{id}", StringComparison.Ordinal))
        {
            using var response = await anns.PostAsJsonAsync("v1/responses", new { input = "hello" }, Cancel);
            return (path.Replace("{id}", await IdAsync(response)), true);
        }

        if (path.StartsWith("/api/sessions/{id}", StringComparison.Ordinal) || path.StartsWith("/jupyter/api/kernels/{id}", StringComparison.Ordinal))
        {
            var sessions = host.Server.Services.GetRequiredService<LiveSessions>();
            foreach (var earlier in sessions.Of(host.Ann.Id))
            {
                await sessions.DeleteAsync(earlier.Id, host.Ann.Id); // she may have so many
            }

            var session = await sessions.BeginAsync(host.Ann.Id, Cancel);
            await session.Python.Workspace.WriteAsync("mine.txt", new MemoryStream("mine"u8.ToArray()), Cancel);
            var number = path.Contains("{number", StringComparison.Ordinal) ? (await session.Python.CheckpointAsync(Cancel)).Id : 0;
            return (path.Replace("{id}", session.Id).Replace("{**name}", "mine.txt").Replace("{number:int}", $"{number}"), true);
        }

        if (path.Contains("{id}", StringComparison.Ordinal))
        {
            var talk = await Talk.BeginAsync(anns);
            if (path.Contains("{**name}", StringComparison.Ordinal) || path.Contains("{file}", StringComparison.Ordinal))
            {
                using var given = await anns.PostAsync($"{talk.Path}/files?name=mine.txt", new StringContent("mine"), Cancel);
                given.EnsureSuccessStatusCode();
            }

            if (path.Contains("{call}", StringComparison.Ordinal))
            {
                await talk.SendAsync("`print(send_mail(to='eve', text='hello'))`");
                var asked = (ApprovalRequested)(await talk.UntilAsync<ApprovalRequested>(0)).Entry.Event;
                path = path.Replace("{call}", $"{asked.Call}");
            }

            var id = path.StartsWith("/v1/containers", StringComparison.Ordinal) ? $"cntr_{talk.Id}" : talk.Id;
            return (path.Replace("{id}", id).Replace("{**name}", "mine.txt").Replace("{file}", "mine.txt"), true);
        }

        return (path, false);
    }

    private static async Task<string> IdAsync(HttpResponseMessage made) =>
        (await made.Content.ReadFromJsonAsync<JsonElement>(Cancel)).GetProperty("id").GetString()!;

    private static async Task<HttpStatusCode> AskAsync(HttpClient client, string route, string path, string? body)
    {
        using var request = new HttpRequestMessage(new HttpMethod(route.Split(' ')[0]), path)
        {
            Content = body is null ? null : new StringContent(body, Encoding.UTF8, "application/json"),
        };
        using var answered = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Cancel);
        return answered.StatusCode;
    }
}
