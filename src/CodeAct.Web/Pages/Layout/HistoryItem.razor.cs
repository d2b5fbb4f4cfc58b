using CodeAct.Conversations;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Web;

namespace CodeAct.Web.Pages.Layout;

/// <summary>A conversation in the list, which can be renamed and deleted in place.</summary>
public sealed partial class HistoryItem : ComponentBase
{
    private const int LongestTitle = 100; // characters

    private Doing _doing;
    private Doing _did; // when it was rendered last
    private string _title = "";
    private ElementReference _input;
    private ElementReference _sure;

    private enum Doing
    {
        Nothing,
        Renaming,
        Deleting,
    }

    /// <summary>It.</summary>
    [Parameter, EditorRequired]
    public required ConversationSummary Conversation { get; set; }

    /// <summary>It is open.</summary>
    [Parameter]
    public bool IsCurrent { get; set; }

    /// <summary>The user has written a title.</summary>
    [Parameter]
    public EventCallback<string> Renamed { get; set; }

    /// <summary>The user wants it deleted, and is sure.</summary>
    [Parameter]
    public EventCallback Deleted { get; set; }

    /// <summary>A message is being worked on.</summary>
    [Parameter]
    public bool IsRunning { get; set; }

    /// <summary>A call waits for an approval.</summary>
    [Parameter]
    public bool IsWaiting { get; set; }

    private string Title => Conversation.Title.Length > 0 ? Conversation.Title : "Without a title";

    /// <inheritdoc/>
    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        var began = _doing != _did;
        _did = _doing;
        if (began && _doing is not Doing.Nothing)
        {
            await (_doing is Doing.Renaming ? _input : _sure).FocusAsync();
        }
    }

    private void Rename() => (_doing, _title) = (Doing.Renaming, Conversation.Title[..Math.Min(LongestTitle, Conversation.Title.Length)]);

    private async Task SaveAsync()
    {
        var title = _title.Trim();
        if (title.Length > 0)
        {
            _doing = Doing.Nothing;
            await Renamed.InvokeAsync(title);
        }
    }

    private void Key(KeyboardEventArgs pressed) => _doing = pressed.Key == "Escape" ? Doing.Nothing : _doing;

    private async Task DeleteAsync()
    {
        _doing = Doing.Nothing;
        await Deleted.InvokeAsync();
    }
}
