using Microsoft.AspNetCore.Http;

namespace CodeAct.Web.Pages.Layout;

/// <summary>How a browser likes its pages. In cookies, so that the first byte of a page is right already.</summary>
/// <param name="Theme"><c>light</c> or <c>dark</c>; null for that of the system.</param>
/// <param name="HasSidebar">The list of conversations stands beside the conversation, where there is room.</param>
/// <param name="HasPanel">Files and variables stand beside it.</param>
public sealed record Preferences(string? Theme, bool HasSidebar, bool HasPanel)
{
    internal static Preferences Of(IRequestCookieCollection cookies) => new(
        cookies["theme"] is "light" or "dark" ? cookies["theme"] : null,
        cookies["sidebar"] is not "closed",
        cookies["panel"] is "open");
}
