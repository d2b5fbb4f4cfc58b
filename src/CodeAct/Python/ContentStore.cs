using System.Collections.Concurrent;
using Microsoft.Win32.SafeHandles;

namespace CodeAct.Python;

/// <summary>What files held: copies in a directory that only the host can enter.</summary>
/// <remarks>
/// Copies that nobody wants any more are kept, up to a limit, for the next to be written over them: that takes half as long as to
/// make a new file.
/// </remarks>
/// <param name="directory">An existing directory.</param>
internal sealed class ContentStore(string directory)
{
    private const long MostSpare = 64 << 20; // bytes

    private readonly ConcurrentBag<(string Path, long Bytes)> _spare = [];
    private long _spareBytes;

    /// <summary>Copies what a file below <paramref name="root"/> holds now; null when there is no such file any more.</summary>
    public Contents? Copy(string root, string relativePath)
    {
        SafeFileHandle? source = null;
        try
        {
            source = Libc.OpenBelow(root, relativePath);
            var path = _spare.TryTake(out var spare) ? spare.Path : Path.Join(directory, Guid.NewGuid().ToString("N"));
            Interlocked.Add(ref _spareBytes, -spare.Bytes);
            using var copy = File.OpenHandle(path, FileMode.OpenOrCreate, FileAccess.Write);
            Libc.CopyContents(source, copy);
            return new Contents(this, path);
        }
        catch (IOException) when (source is null)
        {
            return null;
        }
        finally
        {
            source?.Dispose();
        }
    }

    private void Return(string path)
    {
        var bytes = Libc.BytesOnDisk(path);
        if (Interlocked.Add(ref _spareBytes, bytes) <= MostSpare)
        {
            _spare.Add((path, bytes));
        }
        else
        {
            Interlocked.Add(ref _spareBytes, -bytes);
            File.Delete(path);
        }
    }

    /// <summary>What a file held; it never changes. Each who shares it disposes it once.</summary>
    public sealed class Contents(ContentStore store, string path) : IDisposable
    {
        private int _shares = 1;

        public Contents Share()
        {
            Interlocked.Increment(ref _shares);
            return this;
        }

        /// <summary>Makes the file hold this.</summary>
        public void CopyTo(SafeFileHandle file)
        {
            using var source = File.OpenHandle(path);
            Libc.CopyContents(source, file);
        }

        public void Dispose()
        {
            if (Interlocked.Decrement(ref _shares) == 0)
            {
                store.Return(path);
            }
        }
    }
}
