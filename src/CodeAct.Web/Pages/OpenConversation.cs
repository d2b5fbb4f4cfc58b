using CodeAct.Web.Chats;

namespace CodeAct.Web.Pages;

/// <summary>The conversation that a person's page shows, for all parts of the page.</summary>
internal sealed class OpenConversation
{
    /// <summary>It; null on the empty page.</summary>
    public LiveConversation? Current { get; private set; }

    /// <summary>It is another one now.</summary>
    public event EventHandler? Changed;

    public void Show(LiveConversation? conversation)
    {
        if (Current != conversation)
        {
            Current = conversation;
            Changed?.Invoke(this, EventArgs.Empty);
        }
    }
}
