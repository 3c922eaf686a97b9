using System.Buffers;
using LogosActors.Libp2p.Encoding;

namespace LogosActors.Libp2p.Gossipsub;

/// <summary>Cuts a byte stream into RPCs, each after its length as a varint, and hands them over in batches: one is taken while the next is read.</summary>
/// <param name="maxLength">The longest RPC in bytes; a longer one ends the reading before room is made for it.</param>
/// <param name="arrived">Called when a batch can be taken, not again until it has been.</param>
#pragma warning disable CA1001 // a semaphore whose wait handle nobody asks for holds nothing
internal sealed class FrameReader(int maxLength, Action arrived)
#pragma warning restore CA1001
{
    const int BufferSize = 64 * 1024;

    // One while there is room for a batch.
    readonly SemaphoreSlim _room = new(1, 1);
    byte[]? _batch;
    int _position;
    int _end;

    /// <summary>Reads until the stream ends.</summary>
    /// <returns><see cref="DecodeError.Truncated"/> when it ended within an RPC, <see cref="DecodeError.LimitExceeded"/> for an RPC that
    /// is too long, an error of <see cref="Varint.TryRead"/> for a malformed length.</returns>
    public async Task<DecodeError> RunAsync(Stream stream, CancellationToken cancellation)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
        var (filled, whole) = (0, 0);
        try
        {
            while (true)
            {
                var read = await stream.ReadAsync(buffer.AsMemory(filled), cancellation).ConfigureAwait(false);
                if (read == 0)
                    return filled == 0 ? DecodeError.None : DecodeError.Truncated;
                filled += read;
                if (!TryMeasure(buffer.AsSpan(0, filled), ref whole, out var needed, out var error))
                    return error;
                if (whole == 0 && needed <= buffer.Length)
                    continue;
                var next = ArrayPool<byte>.Shared.Rent(Math.Max(BufferSize, needed));
                buffer.AsSpan(whole, filled - whole).CopyTo(next);
                if (whole > 0)
                    await HandOverAsync(buffer, whole, next, cancellation).ConfigureAwait(false);
                else
                    ArrayPool<byte>.Shared.Return(buffer);
                (buffer, filled, whole) = (next, filled - whole, 0);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>Takes the next RPC; valid until the next call.</summary>
    public bool TryTake(out ReadOnlySpan<byte> frame)
    {
        frame = default;
        if (Volatile.Read(ref _batch) is not { } batch)
            return false;
        if (_position == _end)
        {
            _batch = null;
            ArrayPool<byte>.Shared.Return(batch);
            _room.Release();
            return false;
        }
        var rest = batch.AsSpan(_position, _end - _position);
        Varint.TryRead(rest, out var length, out var prefix, out _);
        frame = rest.Slice(prefix, (int)length);
        _position += prefix + (int)length;
        return true;
    }

    async Task HandOverAsync(byte[] buffer, int whole, byte[] next, CancellationToken cancellation)
    {
        try
        {
            await _room.WaitAsync(cancellation).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            ArrayPool<byte>.Shared.Return(next);
            throw;
        }
        (_position, _end) = (0, whole);
        Volatile.Write(ref _batch, buffer);
        arrived();
    }

    /// <summary>Advances <paramref name="whole"/> over the RPCs that are there, and says how many bytes the next one needs with its length.</summary>
    bool TryMeasure(ReadOnlySpan<byte> bytes, ref int whole, out int needed, out DecodeError error)
    {
        needed = 0;
        while (whole < bytes.Length)
        {
            if (!Varint.TryRead(bytes[whole..], out var length, out var prefix, out error))
                return error is DecodeError.Truncated;
            if (length > (ulong)maxLength)
            {
                error = DecodeError.LimitExceeded;
                return false;
            }
            needed = prefix + (int)length;
            if (bytes.Length - whole < needed)
                break;
            whole += needed;
        }
        error = DecodeError.None;
        return true;
    }
}
