using System.Text.Json;
using System.Text.Json.Serialization;
using CodeAct.Python;
using CodeAct.Web.Api;
using CodeAct.Web.Users;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace CodeAct.Web.Sessions;

/// <summary><c>/execute</c>: the whole interface of the first CodeAct's execution engine, for its clients.</summary>
internal static class ExecuteApi
{
    /// <summary>What to run.</summary>
    /// <param name="Convid">The conversation that it belongs to: the ID of its session.</param>
    /// <param name="Code">A cell.</param>
    internal sealed record ToRun(
        [property: JsonPropertyName("convid")] string? Convid, [property: JsonPropertyName("code")] string? Code);

    /// <summary>What it showed.</summary>
    /// <param name="Result">As one text, pictures in it as Markdown.</param>
    /// <param name="NewKernelCreated">The variables of earlier cells, if there were any, are not there.</param>
    internal sealed record Ran(
        [property: JsonPropertyName("result")] string Result, [property: JsonPropertyName("new_kernel_created")] bool NewKernelCreated);

    public static void MapExecute(this IEndpointRouteBuilder routes) =>
        routes.MapPost("/execute", ExecuteAsync).WithTags("Execute").WithSummary("Run a cell in the session of a conversation ID")
            .RequireAuthorization(Scopes.Execute).Accepts<ToRun>("application/json", "*/*");

    private static async Task<Ran> ExecuteAsync(
        HttpRequest request, Caller caller, LiveSessions sessions, WebOptions options, CancellationToken cancellationToken)
    {
        var (convid, code) = await ReadAsync(request, cancellationToken);
        var (session, isNew) = await sessions.OpenAsync(convid, caller.Owner, cancellationToken);
        var text = new ExecuteText(options.ExecuteTime);
        await foreach (var shown in session.RunAsync(new Cell(code) { Timeout = options.ExecuteTime }, cancellationToken))
        {
            isNew |= shown is InterpreterRestarted { From: null };
            text.Add(shown);
        }

        return new Ran(text.ToString(), isNew);
    }

    // Its clients do not say that it is JSON; some say that it is a form.
    private static async Task<(string Convid, string Code)> ReadAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        ToRun? read;
        try
        {
            read = await JsonSerializer.DeserializeAsync<ToRun>(request.Body, cancellationToken: cancellationToken);
        }
        catch (JsonException malformed)
        {
            throw new BadHttpRequestException($"The body is no JSON of the form {Form}: {malformed.Message}", malformed);
        }

        return read is { Convid: { } convid, Code: { } code }
            ? (convid, code)
            : throw new BadHttpRequestException($"The body lacks 'convid' or 'code'; send {Form}.");
    }

    private const string Form = """{"convid": "any ID", "code": "print(1)"}""";
}
