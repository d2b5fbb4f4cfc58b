using Markdig;
using Markdig.Renderers.Html;
using Markdig.Syntax;
using Markdig.Syntax.Inlines;
using Microsoft.AspNetCore.Components;

namespace CodeAct.Web.Pages.Conversation;

/// <summary>What a model says, as HTML that can do nothing: no HTML of its own, links to the web only, pictures of the conversation only.</summary>
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

        foreach (var code in document.Descendants<FencedCodeBlock>().Where(code => code.Info is "python" or "py" or "python3").ToList())
        {
            code.GetAttributes().AddClass("python");
        }

        return new MarkupString(document.ToHtml(_pipeline));
    }

    private static void Tame(LinkInline link, string? conversation)
    {
        if (link.Url?.StartsWith(Sandbox, StringComparison.Ordinal) is true && conversation is not null)
        {
            var name = Uri.EscapeDataString(link.Url[Sandbox.Length..]).Replace("%2F", "/", StringComparison.Ordinal);
            link.Url = $"/api/conversations/{conversation}/files/{name}{(link.IsImage ? "?inline=true" : "")}";
        }
        else if (link.IsImage || !(Uri.TryCreate(link.Url, UriKind.Absolute, out var url) && url.Scheme is "http" or "https" or "mailto"))
        {
            link.ReplaceBy(new LiteralInline(string.Concat(link.Descendants<LiteralInline>().Select(literal => literal.ToString()))));
        }
        else
        {
            link.GetAttributes().AddPropertyIfNotExist("rel", "noopener noreferrer nofollow");
            link.GetAttributes().AddPropertyIfNotExist("target", "_blank");
        }
    }
}
