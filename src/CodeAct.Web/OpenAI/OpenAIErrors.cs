using System.Text.Json;
using CodeAct.Web.Api;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http;

namespace CodeAct.Web.OpenAI;

/// <summary>A parameter of a request that cannot be used.</summary>
/// <param name="parameter">Its name, such as <c>messages[0].content</c>; null for the request as a whole.</param>
/// <param name="message">What is wrong, and what would be right.</param>
/// <param name="code">For programs.</param>
internal sealed class BadParameterException(string? parameter, string message, string code = "invalid_value")
    : BadHttpRequestException(message, code == "model_not_found" ? StatusCodes.Status404NotFound : StatusCodes.Status400BadRequest)
{
    public string? Parameter => parameter;

    public string Code => code;

    /// <summary>A parameter that means something, and that is not offered.</summary>
    public static BadParameterException Unsupported(string parameter, string instead) =>
        new(parameter, $"'{parameter}' is not supported here: {instead}", "unsupported_parameter");
}

/// <summary>Every error below <c>/v1</c> in the form that clients of this interface read.</summary>
internal sealed class OpenAIErrors : IProblemDetailsWriter
{
    public bool CanWrite(ProblemDetailsContext context) =>
        new PathString(Path(context.HttpContext)).StartsWithSegments("/v1", StringComparison.OrdinalIgnoreCase);

    // An error may be told on the way to a page of errors, whose path the request has then.
    private static string Path(HttpContext context) =>
        context.Features.Get<IExceptionHandlerPathFeature>()?.Path
        ?? context.Features.Get<IStatusCodeReExecuteFeature>()?.OriginalPath
        ?? context.Request.Path.ToString();

    public async ValueTask WriteAsync(ProblemDetailsContext context)
    {
        var (response, problem) = (context.HttpContext.Response, context.ProblemDetails);
        var status = problem.Status ?? response.StatusCode;
        var known = context.Exception is null ? (status, null) : Problems.Of(context.Exception);
        var bad = context.Exception as BadParameterException;
        var message = known.Detail ?? problem.Detail ?? status switch
        {
            StatusCodes.Status404NotFound or StatusCodes.Status405MethodNotAllowed =>
                $"There is no {context.HttpContext.Request.Method} {Path(context.HttpContext)}; docs/openai.md lists what there is.",
            StatusCodes.Status401Unauthorized => "Give an API key as bearer token; 'codeact keys add' makes one.",
            StatusCodes.Status403Forbidden => "Your API key may not do this; it needs the scope 'chat'.",
            _ => problem.Title ?? "The server failed.",
        };
        response.ContentType = "application/json";
        await JsonSerializer.SerializeAsync(
            response.Body, Of(status, message, bad?.Parameter, bad?.Code), _options, context.HttpContext.RequestAborted);
    }

    private static readonly JsonSerializerOptions _options = new(JsonSerializerDefaults.Web); // nulls are written: clients look for them

    /// <summary>An error as an object.</summary>
    public static object Of(int status, string message, string? param = null, string? code = null) => new
    {
        error = new { message, type = Type(status), param, code = code ?? Code(status) },
    };

    /// <summary>An error in the middle of a stream.</summary>
    public static string Text(int status, string message) => JsonSerializer.Serialize(Of(status, message), _options);

    private static string Type(int status) => status switch
    {
        StatusCodes.Status401Unauthorized => "authentication_error",
        StatusCodes.Status403Forbidden => "permission_error",
        StatusCodes.Status429TooManyRequests => "rate_limit_error",
        >= 500 => "server_error",
        _ => "invalid_request_error",
    };

    private static string? Code(int status) => status switch
    {
        StatusCodes.Status401Unauthorized => "invalid_api_key",
        StatusCodes.Status404NotFound => "not_found",
        StatusCodes.Status409Conflict => "conversation_busy",
        StatusCodes.Status429TooManyRequests => "rate_limit_exceeded",
        StatusCodes.Status502BadGateway => "model_unavailable",
        StatusCodes.Status503ServiceUnavailable => "interpreter_unavailable",
        _ => null,
    };
}
