namespace CodeAct.Python;

// The host's tools: what the interpreter at hand knows of them.
internal sealed partial class LocalSession
{
    private (Worker? Worker, IToolHost? Tools) _told;

    public IToolHost? Tools { get; set; }

    /// <summary>Lets an interpreter that has other functions, from before or from its checkpoint, take over those of today.</summary>
    private async Task TellToolsAsync(Worker worker)
    {
        var tools = Tools;
        if (_told != (worker, tools) && (_told.Worker is not null || tools is not null))
        {
            _told = (worker, tools);
            await SendAsync(worker, FrameKind.Tools, tools is null ? "[]"u8.ToArray() : tools.Definitions);
        }
    }
}
