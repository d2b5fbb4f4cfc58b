using CodeAct.Conversations;
using CodeAct.Models;
using CodeAct.Python;
using CodeAct.Web.Chats;
using CodeAct.Web.Pages;
using CodeAct.Web.Users;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http;

namespace CodeAct.Web.Api;

/// <summary>Every error as problem details (RFC 9457) that say the thing, the value and the next step.</summary>
internal sealed class Problems(IProblemDetailsService details) : IExceptionHandler
{
    public ValueTask<bool> TryHandleAsync(HttpContext context, Exception exception, CancellationToken cancellationToken)
    {
        var (status, detail) = Of(exception);
        context.Response.StatusCode = status;
        if (PagesSetup.WantsPage(context.Request))
        {
            return ValueTask.FromResult(false); // a person is shown the page of errors
        }

        return details.TryWriteAsync(new ProblemDetailsContext
        {
            HttpContext = context,
            Exception = exception,
            ProblemDetails = { Status = status, Detail = detail },
        });
    }

    /// <summary>The status and what to say; nothing is said of what is our own fault.</summary>
    public static (int Status, string? Detail) Of(Exception exception) => exception switch
    {
        BadHttpRequestException bad => (bad.StatusCode, bad.Message),
        AccountException => (StatusCodes.Status400BadRequest, exception.Message),
        QuotaException => (StatusCodes.Status429TooManyRequests, exception.Message),
        KeyNotFoundException => (StatusCodes.Status404NotFound, exception.Message),
        ArgumentException argument => (StatusCodes.Status400BadRequest, WithoutParameter(argument)),
        ConversationBusyException or ConversationConflictException or CheckpointException =>
            (StatusCodes.Status409Conflict, exception.Message),
        NotSupportedException => (StatusCodes.Status422UnprocessableEntity, exception.Message),
        ModelException => (StatusCodes.Status502BadGateway, exception.Message),
        PythonUnavailableException => (StatusCodes.Status503ServiceUnavailable, exception.Message),
        IOException => (StatusCodes.Status507InsufficientStorage, exception.Message),
        _ => (StatusCodes.Status500InternalServerError, null),
    };

    private static string WithoutParameter(ArgumentException exception) =>
        exception.Message.Replace($" (Parameter '{exception.ParamName}')", "", StringComparison.Ordinal);
}
