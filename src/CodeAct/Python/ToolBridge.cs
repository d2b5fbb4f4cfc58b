using System.Globalization;
using System.Net.Sockets;
using System.Text.Json;

namespace CodeAct.Python;

/// <summary>The calls of one cell: checks what the worker asks for, runs it, and answers each call exactly once.</summary>
/// <remarks>
/// The worker is not trusted: it holds no authority but the cell's, which is this object's. A frame that a well-behaved worker
/// would not send ends the session. An answer carries, where other frames carry the cell, the number of its call.
/// </remarks>
internal sealed class ToolBridge(Worker worker, IToolHost? host, Cell cell, uint number, Workspace workspace, PythonEngineOptions options)
    : IAsyncDisposable
{
    private const int MostWaiting = 20_000; // calls without an answer; a well-behaved worker stops at half of it
    private const int LongestCall = 64 << 20; // bytes
    private const long MostBytes = 256L << 20; // of their arguments

    private readonly SemaphoreSlim _room = new(options.ParallelTools);
    private readonly SemaphoreSlim _sending = new(1, 1); // frames do not mix
    private readonly Lock _gate = new(); // guards what follows
    private readonly Dictionary<uint, Running> _running = []; // not yet answered
    private readonly HashSet<Task> _working = []; // tools at work, also those that nobody waits for
    private readonly List<ToolReturned> _returned = [];
    private readonly MemoryStream _parts = new(); // of a call that is longer than a frame
    private long _bytes; // of the arguments of what runs
    private bool _stopped;

    /// <summary>The clocks of the cell.</summary>
    public Waits? Clocks { get; set; }

    /// <summary>A call on its way.</summary>
    private sealed class Running(uint number, ToolCall call, int size, long started)
    {
        public uint Number => number;

        public ToolCall Call => call;

        public int Size => size;

        public long Started => started;

        public CancellationTokenSource Cancel { get; } = new();

        public Task Answered { get; set; } = Task.CompletedTask;
    }

    /// <summary>Takes a frame of the worker that is about calls; gives the event that it stands for.</summary>
    /// <exception cref="InvalidDataException">No worker sends such a frame.</exception>
    public CellEvent? Read(Frame frame)
    {
        if (frame.Kind == FrameKind.Cancel)
        {
            Cancel(Number(frame.Payload.Span));
            return null;
        }

        if (_parts.Length + frame.Payload.Length > LongestCall)
        {
            throw new InvalidDataException("A call is too long.");
        }

        if (frame.Kind == FrameKind.CallPart)
        {
            _parts.Write(frame.Payload.Span);
            return null;
        }

        var payload = Whole(frame.Payload);
        var wanted = CellReader.Parse(payload.Span, WireJson.Default.WireCall);
        if (wanted.Arguments.ValueKind != JsonValueKind.Object)
        {
            throw new InvalidDataException("The arguments of a call are no JSON object.");
        }

        var call = new ToolCall(wanted.Name, wanted.Arguments, workspace) { Number = wanted.Call, Clocks = Clocks };
        var running = new Running(wanted.Call, call, payload.Length, options.Time.GetTimestamp());
        bool stopped;
        lock (_gate)
        {
            _bytes += running.Size;
            if (!_running.TryAdd(wanted.Call, running) || _running.Count > MostWaiting || _bytes > MostBytes)
            {
                throw new InvalidDataException("A call has the number of another, or there are too many at once.");
            }

            stopped = _stopped;
        }

        running.Answered = Refusal(frame, wanted.Name, stopped) is { } refusal
            ? AnswerAsync(running, refusal)
            : Task.Run(() => RunAsync(running), CancellationToken.None);
        return new ToolCalled(wanted.Call, wanted.Name, wanted.Arguments.GetRawText());
    }

    /// <summary>Takes the answers that were given since.</summary>
    /// <remarks>
    /// They are noted before they are sent: so what is taken here, after the worker's frames, is older than any frame that the
    /// answers have led to.
    /// </remarks>
    public void Drain(List<CellEvent> into)
    {
        lock (_gate)
        {
            into.AddRange(_returned);
            _returned.Clear();
        }
    }

    /// <summary>Cancels the calls that are still running and refuses further ones.</summary>
    public void Stop()
    {
        lock (_gate)
        {
            _stopped = true;
            foreach (var running in _running.Values)
            {
                _ = running.Cancel.CancelAsync(); // what a tool does on it is not waited for here
            }
        }
    }

    /// <summary>
    /// After the cell: waits until all calls are answered, so that no answer comes after the next cell has begun, and for a
    /// little while for the tools to end.
    /// </summary>
    public async ValueTask DisposeAsync()
    {
        Stop();
        await WithinGraceAsync(() => _running.Values.Select(running => running.Answered), worker.Reject);
        await WithinGraceAsync(() => _working, static () => { }); // longer is the tool's own affair
    }

    private ReadOnlyMemory<byte> Whole(ReadOnlyMemory<byte> last)
    {
        if (_parts.Length == 0)
        {
            return last;
        }

        _parts.Write(last.Span);
        var whole = _parts.ToArray();
        _parts.SetLength(0);
        _parts.Capacity = 0;
        return whole;
    }

    private static uint Number(ReadOnlySpan<byte> text) =>
        uint.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw new InvalidDataException("A call that is given up has no number.");

    private void Cancel(uint call)
    {
        lock (_gate)
        {
            if (_running.TryGetValue(call, out var running))
            {
                _ = running.Cancel.CancelAsync();
            }
        }
    }

    /// <summary>Why a call is not carried out; null when it is.</summary>
    private ToolFailure? Refusal(Frame frame, string name, bool stopped)
    {
        if (frame.Cell != number || stopped)
        {
            return new ToolFailure(ToolFailureKind.Refused, "the cell that called it has ended");
        }

        if (host is null)
        {
            return new ToolFailure(ToolFailureKind.Refused, "this session has no tools");
        }

        return cell.Tools is { } allowed && !allowed.Contains(name)
            ? new ToolFailure(ToolFailureKind.Refused, allowed.Count == 0
                ? "this cell may use no tools"
                : $"this cell may not use it, only {string.Join(", ", allowed)}")
            : null;
    }

    private async Task RunAsync(Running running)
    {
        var cancelled = running.Cancel.Token;
        var work = WorkAsync(running.Call, cancelled);
        lock (_gate)
        {
            _working.Add(work);
        }

        ToolAnswer answer;
        try
        {
            answer = await work.WaitAsync(cancelled);
        }
        catch (OperationCanceledException) when (cancelled.IsCancellationRequested)
        {
            answer = new ToolFailure(ToolFailureKind.Error, "the call was cancelled");
        }

        await AnswerAsync(running, answer);
        lock (_gate)
        {
            if (work.IsCompleted)
            {
                _working.Remove(work);
            }
        }
    }

    private async Task<ToolAnswer> WorkAsync(ToolCall call, CancellationToken cancelled)
    {
        await _room.WaitAsync(cancelled);
        try
        {
            return await host!.CallAsync(call, cancelled);
        }
        finally
        {
            _room.Release();
        }
    }

    private async Task AnswerAsync(Running running, ToolAnswer answer)
    {
        var (payload, result, error) = Payload(answer);
        var elapsed = options.Time.GetElapsedTime(running.Started);
        lock (_gate)
        {
            _returned.Add(new ToolReturned(running.Number, running.Call.Name, result, error, elapsed)
            {
                Kind = (answer as ToolFailure)?.Kind,
                Bytes = answer is ToolBytes ? true : null,
            });
        }

        await _sending.WaitAsync(CancellationToken.None);
        try
        {
            await worker.SendAsync(FrameKind.Answer, running.Number, payload, CancellationToken.None);
        }
        catch (Exception gone) when (gone is SocketException or ObjectDisposedException)
        {
            // with the worker went who waited for the answer
        }
        finally
        {
            _sending.Release();
            lock (_gate)
            {
                _bytes -= running.Size;
                _running.Remove(running.Number);
            }

            worker.Wake();
        }
    }

    private static (byte[] Payload, string? Result, string? Error) Payload(ToolAnswer answer)
    {
        using var buffer = new MemoryStream();
        using var writer = new Utf8JsonWriter(buffer);
        string? result = null, error = null;
        writer.WriteStartObject();
        switch (answer)
        {
            case ToolValue(var value):
                result = value.GetRawText();
                writer.WritePropertyName("value");
                writer.WriteRawValue(result, skipInputValidation: true);
                break;
            case ToolBytes(var data):
                result = $"\"{Convert.ToBase64String(data.Span)}\"";
                writer.WriteBase64String("bytes", data.Span);
                break;
            case ToolFailure(var kind, var message):
                error = message;
                writer.WriteString("error", message);
                writer.WriteString("kind", kind.ToString().ToLowerInvariant());
                break;
        }

        writer.WriteEndObject();
        writer.Flush();
        return (buffer.ToArray(), result, error);
    }

    private async Task WithinGraceAsync(Func<IEnumerable<Task>> tasks, Action otherwise)
    {
        Task all;
        lock (_gate)
        {
            all = Task.WhenAll(tasks());
        }

        try
        {
            await all.WaitAsync(options.InterruptGrace, options.Time, CancellationToken.None);
        }
        catch (TimeoutException)
        {
            otherwise();
        }
        catch (OperationCanceledException)
        {
            // as was asked for
        }
    }
}
