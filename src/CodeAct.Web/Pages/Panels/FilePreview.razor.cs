using System.Globalization;
using System.Text;
using CodeAct.Web.Api;
using Microsoft.AspNetCore.Components;

namespace CodeAct.Web.Pages.Panels;

/// <summary>The beginning of a file: a picture, rows and columns, or text.</summary>
public sealed partial class FilePreview : ComponentBase
{
    private const int MostBytes = 1 << 16;
    private const int MostRows = 200;

    private (WorkspaceFile File, int Version) _shown;
    private SeparatedTable? _table;
    private string? _text;
    private string? _remark;

    /// <summary>The file.</summary>
    [Parameter, EditorRequired]
    public required WorkspaceFile File { get; set; }

    /// <summary>The ID of its conversation.</summary>
    [Parameter, EditorRequired]
    public required string Conversation { get; set; }

    /// <summary>Another one when the file may have changed.</summary>
    [Parameter]
    public int Version { get; set; }

    /// <summary>The user has seen it.</summary>
    [Parameter]
    public EventCallback Closed { get; set; }

    [Inject]
    private OpenConversation Open { get; set; } = default!;

    /// <summary>Where the file can be had.</summary>
    internal static string Address(string conversation, string name) =>
        $"/api/conversations/{conversation}/files/{string.Join('/', name.Split('/').Select(Uri.EscapeDataString))}";

    /// <inheritdoc/>
    protected override async Task OnParametersSetAsync()
    {
        if (_shown == (File, Version))
        {
            return;
        }

        (_shown, _table, _text, _remark) = ((File, Version), null, null, null);
        if (File.Kind is FileKind.Picture || Open.Current is not { IsAwake: true } open)
        {
            return;
        }

        try
        {
            await using var file = (await open.WakeAsync(CancellationToken.None)).Workspace.OpenRead(File.Name);
            var beginning = new byte[MostBytes];
            var length = await file.ReadAtLeastAsync(beginning, MostBytes, throwOnEndOfStream: false, CancellationToken.None);
            Show(beginning.AsSpan(0, length), file.Length > length);
        }
        catch (Exception failure) when (Problems.Of(failure).Detail is { } detail)
        {
            _remark = detail;
        }
    }

    private static bool IsNumber(string value) => double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out _);

    private void Show(ReadOnlySpan<byte> beginning, bool goesOn)
    {
        if (beginning.Contains((byte)0))
        {
            _remark = "This is no text; download it to look at it.";
            return;
        }

        var text = Encoding.UTF8.GetString(beginning);
        if (File.Kind is FileKind.Table)
        {
            _table = SeparatedTable.Read(text, File.Name.EndsWith(".tsv", StringComparison.OrdinalIgnoreCase) ? '\t' : ',', MostRows);
            _remark = goesOn || !_table.IsWhole ? $"The first {_table.Rows.Count} rows." : $"{_table.Rows.Count} rows.";
        }
        else
        {
            (_text, _remark) = (text, goesOn ? $"The first {Sizes.Of(MostBytes)} of it." : null);
        }
    }
}
