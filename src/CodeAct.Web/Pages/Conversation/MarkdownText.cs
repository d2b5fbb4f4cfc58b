using Markdig;
using Markdig.Renderers.Html;
using Markdig.Syntax;
using Markdig.Syntax.Inlines;
using Microsoft.AspNetCore.Components;

namespace CodeAct.Web.Pages.Conversation;

/// <summary>What a model says, as HTML that can do nothing: no HTML of its own, links to the web, the conversation's pictures.</summary>
internal static class MarkdownText
{
    private const string Sandbox = "sandbox:/mnt/data/";

    private static readonly MarkdownPipeline _pipeline = new MarkdownPipelineBuilder()
        .DisableHtml()
        .UsePipeTables()
        .UseEmphasisExtras()
        .UseTaskLists()
        .UseListExtras()
        .UseAutoLinks()
        .Build();

    /// <param name="text">Markdown.</param>
    /// <param name="conversation">Whose files <c>sandbox:/mnt/data/NAME</c> means; null for none.</param>
    public static MarkupString Html(string text, string? conversation)
    {
        var document = Markdown.Parse(text, _pipeline);
        foreach (var link in document.Descendants<LinkInline>().ToList())
        {
            Tame(link, conversation);
        }

        foreach (var link in document.Descendants<AutolinkInline>().Where(link => !link.IsEmail && !IsOfTheWeb(link.Url)).ToList())
        {
            link.ReplaceBy(new LiteralInline($"<{link.Url}>"));
        }

        foreach (var code in document.Descendants<FencedCodeBlock>().Where(code => code.Info is "python" or "py" or "python3").ToList())
        {
            code.GetAttributes().AddClass("python");
        }

        return new MarkupString(document.ToHtml(_pipeline));
    }

    private static void Tame(LinkInline link, string? conversation)
    {
        if (File(link.Url) is { } file && conversation is not null)
        {
            link.Url = $"/api/conversations/{conversation}/files/{file}{(link.IsImage ? "?inline=true" : "")}";
        }
        else if (link.IsImage || !IsOfTheWeb(link.Url))
        {
            link.ReplaceBy(new LiteralInline(string.Concat(link.Descendants<LiteralInline>().Select(literal => literal.ToString()))));
        }
        else
        {
            link.GetAttributes().AddPropertyIfNotExist("rel", "noopener noreferrer nofollow");
            link.GetAttributes().AddPropertyIfNotExist("target", "_blank");
        }
    }

    // A file of the workspace, as a part of an address; null for anything else, such as a way out of the workspace.
    private static string? File(string? link)
    {
        if (link?.StartsWith(Sandbox, StringComparison.Ordinal) is not true)
        {
            return null;
        }

        var names = Uri.UnescapeDataString(link[Sandbox.Length..]).Split('/', '\\');
        return names.Any(name => name is "" or "." or "..") ? null : string.Join('/', names.Select(Uri.EscapeDataString));
    }

    private static bool IsOfTheWeb(string? link) =>
        Uri.TryCreate(link, UriKind.Absolute, out var url) && url.Scheme is "http" or "https" or "mailto";
}
