using System.Buffers;
using LogosActors.Libp2p.Encoding;

namespace LogosActors.Libp2p.Gossipsub;

/// <summary>Gathers RPCs, each after its length as a varint, while the stream is busy, and writes them together.</summary>
/// <param name="writable">Called when there is room again after <see cref="TryBegin"/> has refused.</param>
/// <param name="held">Called with the bytes that are held more, or with a minus less; null: nobody counts them.</param>
#pragma warning disable CA1001 // a semaphore whose wait handle nobody asks for holds nothing
internal sealed class FrameWriter(Action writable, Action<int>? held = null)
#pragma warning restore CA1001
{
    /// <summary>From so many bytes on that wait, no more RPCs are taken.</summary>
    public const int Capacity = 256 * 1024;

    const int InitialSize = 4 * 1024;

    readonly Lock _gate = new();
    readonly SemaphoreSlim _work = new(0, 1);
    byte[] _waiting = [];
    int _length;
    int _lastLength;
    bool _isIdle;
    bool _hasRefused;
    bool _isOver;

    /// <summary>Whether all that was taken has been written to the stream.</summary>
    public bool IsIdle
    {
        get
        {
            lock (_gate)
                return _isIdle;
        }
    }

    /// <summary>Whether another RPC is taken.</summary>
    public bool TryBegin()
    {
        lock (_gate)
        {
            _hasRefused |= _length >= Capacity;
            return _length < Capacity;
        }
    }

    public void Append(ReadOnlySpan<byte> rpc)
    {
        lock (_gate)
        {
            // The link has ended, and its owner does not know yet.
            if (_isOver)
                return;
            var prefix = Varint.Length((ulong)rpc.Length);
            held?.Invoke(prefix + rpc.Length);
            Reserve(prefix + rpc.Length);
            Varint.Write(_waiting.AsSpan(_length), (ulong)rpc.Length);
            rpc.CopyTo(_waiting.AsSpan(_length + prefix));
            _length += prefix + rpc.Length;
            if (!_isIdle)
                return;
            _isIdle = false;
        }
        _work.Release();
    }

    /// <summary>Writes until the stream is broken, or cancellation.</summary>
    public async Task RunAsync(Stream stream, CancellationToken cancellation)
    {
        try
        {
            while (true)
            {
                if (!TryTake(out var batch, out var length))
                {
                    await _work.WaitAsync(cancellation).ConfigureAwait(false);
                    continue;
                }
                try
                {
                    await stream.WriteAsync(batch.AsMemory(0, length), cancellation).ConfigureAwait(false);
                    await stream.FlushAsync(cancellation).ConfigureAwait(false);
                }
                finally
                {
                    ArrayPool<byte>.Shared.Return(batch);
                    held?.Invoke(-length);
                }
            }
        }
        finally
        {
            lock (_gate)
            {
                _isOver = true;
                held?.Invoke(-_length);
                (_waiting, _length) = ([], 0);
            }
        }
    }

    bool TryTake(out byte[] batch, out int length)
    {
        bool tell;
        lock (_gate)
        {
            (batch, length) = (_waiting, _length);
            if (length == 0)
            {
                _isIdle = true;
                return false;
            }
            (_waiting, _length, _lastLength) = ([], 0, length);
            tell = _hasRefused;
            _hasRefused = false;
        }
        if (tell)
            writable();
        return true;
    }

    void Reserve(int count)
    {
        if (_waiting.Length - _length >= count)
            return;
        // At first to the size of the last batch, so that what waits is seldom copied.
        var expected = _waiting.Length == 0 ? Math.Max(InitialSize, _lastLength) : _waiting.Length * 2;
        var larger = ArrayPool<byte>.Shared.Rent(Math.Max(_length + count, expected));
        _waiting.AsSpan(0, _length).CopyTo(larger);
        if (_waiting.Length > 0)
            ArrayPool<byte>.Shared.Return(_waiting);
        _waiting = larger;
    }
}
