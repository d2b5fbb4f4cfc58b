using System.Text.Json;
using System.Text.Json.Nodes;
using CodeAct.Web.Api;
using CodeAct.Web.Sessions;
using CodeAct.Web.Users;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace CodeAct.Web.Jupyter;

/// <summary>
/// <c>/jupyter/api</c>: the part of Jupyter Server's interface that has to do with kernels. A client takes <c>http://HOST/jupyter</c> for
/// its base address. Kernels are the sessions of <c>/api/sessions</c>, by the same IDs.
/// </summary>
internal static class JupyterApi
{
    private const string Spec = "python3";

    public static void MapJupyter(this IEndpointRouteBuilder routes)
    {
        var api = routes.MapGroup("/jupyter/api").WithTags("Jupyter").RequireAuthorization(Scopes.Execute);
        api.MapGet("", () => new JsonObject { ["version"] = Kernel.Version }).WithSummary("The version of the server");
        api.MapGet("/status", Status).WithSummary("What the server does");
        api.MapGet("/kernelspecs", Specs).WithSummary("The kinds of kernel: there is one");
        api.MapGet("/kernelspecs/{name}", GetSpec).WithSummary("A kind of kernel");
        var kernels = api.MapGroup("/kernels");
        kernels.MapGet("", List).WithSummary("The user's kernels: all sessions");
        kernels.MapPost("", BeginAsync).WithSummary("Start a kernel: a session");
        var one = kernels.MapGroup("/{id}");
        one.MapGet("", GetAsync).WithSummary("A kernel");
        one.MapDelete("", DeleteAsync).WithSummary("Shut it down, and delete its files");
        one.MapPost("/interrupt", InterruptAsync).WithSummary("Interrupt the cell that runs");
        one.MapPost("/restart", RestartAsync).WithSummary("Go on in a fresh interpreter; files stay");
        one.MapGet("/channels", ConnectAsync).WithSummary("Its messages, over a WebSocket");
    }

    private static JsonObject Status(Caller caller, LiveSessions sessions, Kernels kernels)
    {
        var all = sessions.Of(caller.Owner);
        return new JsonObject
        {
            ["started"] = KernelMessage.Time(sessions.Since),
            ["last_activity"] = KernelMessage.Time(all.Select(session => session.LastUsed).Append(sessions.Since).Max()),
            ["kernels"] = all.Count,
            ["connections"] = all.Sum(session => kernels.Find(session)?.Connections ?? 0),
        };
    }

    private static JsonObject Specs() => new() { ["default"] = Spec, ["kernelspecs"] = new JsonObject { [Spec] = PythonSpec() } };

    private static JsonObject GetSpec(string name) =>
        name == Spec ? PythonSpec() : throw new KeyNotFoundException($"There is no kind of kernel '{name}'; there is '{Spec}'.");

    private static JsonObject PythonSpec() => new()
    {
        ["name"] = Spec,
        ["resources"] = new JsonObject(),
        ["spec"] = new JsonObject
        {
            ["argv"] = new JsonArray(),
            ["env"] = new JsonObject(),
            ["display_name"] = "Python 3 (CodeAct sandbox)",
            ["language"] = "python",
            ["interrupt_mode"] = "message",
            ["metadata"] = new JsonObject(),
        },
    };

    private static JsonArray List(Caller caller, LiveSessions sessions, Kernels kernels) =>
        new([.. sessions.Of(caller.Owner).Select(session => Model(session, kernels))]);

    private static async Task<Created<JsonObject>> BeginAsync(
        HttpRequest request, Caller caller, LiveSessions sessions, Kernels kernels, CancellationToken cancellationToken)
    {
        var name = await NameAsync(request, cancellationToken);
        if (name is not (null or "" or "python" or Spec))
        {
            throw new KeyNotFoundException($"There is no kind of kernel '{name}'; there is '{Spec}'.");
        }

        var session = await sessions.BeginAsync(caller.Owner, cancellationToken);
        return TypedResults.Created($"/jupyter/api/kernels/{session.Id}", Model(session, kernels));
    }

    // Not all clients say that it is JSON, and some send nothing.
    private static async Task<string?> NameAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        using var body = new MemoryStream();
        await request.Body.CopyToAsync(body, cancellationToken);
        try
        {
            return body.Length == 0 ? null
                : JsonNode.Parse(body.ToArray()) is JsonObject wanted ? KernelMessage.Text(wanted, "name")
                : throw new BadHttpRequestException("""The body is no JSON object; send {"name": "python3"}.""");
        }
        catch (JsonException malformed)
        {
            throw new BadHttpRequestException("""The body is no JSON; send {"name": "python3"}.""", malformed);
        }
    }

    private static async Task<JsonObject> GetAsync(
        string id, Caller caller, LiveSessions sessions, Kernels kernels, CancellationToken cancellationToken) =>
        Model(await sessions.FindAsync(id, caller.Owner, cancellationToken), kernels);

    private static async Task<NoContent> DeleteAsync(string id, Caller caller, LiveSessions sessions)
    {
        await sessions.DeleteAsync(id, caller.Owner);
        return TypedResults.NoContent();
    }

    private static async Task<NoContent> InterruptAsync(
        string id, Caller caller, LiveSessions sessions, CancellationToken cancellationToken)
    {
        (await sessions.FindAsync(id, caller.Owner, cancellationToken)).Python.Interrupt();
        return TypedResults.NoContent();
    }

    private static async Task<JsonObject> RestartAsync(
        string id, Caller caller, LiveSessions sessions, Kernels kernels, CancellationToken cancellationToken)
    {
        var session = await sessions.FindAsync(id, caller.Owner, cancellationToken);
        await kernels.Of(session).RestartAsync(cancellationToken);
        return Model(session, kernels);
    }

    private static async Task ConnectAsync(
        string id, HttpContext context, Caller caller, LiveSessions sessions, Kernels kernels, CancellationToken cancellationToken)
    {
        var session = await sessions.FindAsync(id, caller.Owner, cancellationToken);
        if (!context.WebSockets.IsWebSocketRequest)
        {
            throw new BadHttpRequestException("The messages of a kernel come over a WebSocket; ask for one.");
        }

        var binary = context.WebSockets.WebSocketRequestedProtocols.Contains(KernelMessage.BinaryProtocol);
        using var socket = await context.WebSockets.AcceptWebSocketAsync(binary ? KernelMessage.BinaryProtocol : null);
        await kernels.Of(session).ServeAsync(socket, cancellationToken);
    }

    private static JsonObject Model(LiveSession session, Kernels kernels) => new()
    {
        ["id"] = session.Id,
        ["name"] = Spec,
        ["last_activity"] = KernelMessage.Time(session.LastUsed),
        ["execution_state"] = session.IsBusy ? "busy" : "idle",
        ["connections"] = kernels.Find(session)?.Connections ?? 0,
    };
}
