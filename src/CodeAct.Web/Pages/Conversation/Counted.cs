namespace CodeAct.Web.Pages.Conversation;

/// <summary>A stream that says how much of it was read, a hundred times at most.</summary>
/// <param name="inner">Disposed with this.</param>
/// <param name="length">In bytes.</param>
/// <param name="told">Is told the part, from 0 to 1.</param>
internal sealed class Counted(Stream inner, long length, Action<double> told) : Stream
{
    private long _read;
    private int _told;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => length;

    public override long Position
    {
        get => _read;
        set => throw new NotSupportedException();
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var count = await inner.ReadAsync(buffer, cancellationToken);
        _read += count;
        var percent = length == 0 ? 100 : (int)(100 * _read / length);
        if (percent > _told)
        {
            _told = percent;
            told(percent / 100.0);
        }

        return count;
    }

    public override int Read(byte[] buffer, int offset, int count) =>
        throw new NotSupportedException("A browser's file is read asynchronously.");

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override async ValueTask DisposeAsync()
    {
        await inner.DisposeAsync();
        await base.DisposeAsync();
    }
}
