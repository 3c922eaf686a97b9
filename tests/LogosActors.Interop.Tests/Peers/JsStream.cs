using System.Text.Json;

namespace LogosActors.Interop.Tests.Peers;

/// <summary>A stream of a <see cref="JsPeer"/>, which does with it what the test says.</summary>
internal sealed class JsStream(JsPeer peer, JsonElement opened)
{
    readonly int _id = opened.GetProperty("stream").GetInt32();

    /// <summary>Sends so many bytes of the <see cref="Pattern"/> more.</summary>
    /// <returns>All that was sent.</returns>
    public async Task<Transfer> WriteAsync(long count)
        => JsPeer.Read<Transfer>(await peer.CallAsync("write", new { Stream = _id, Count = count }));

    public Task CloseWriteAsync() => peer.CallAsync("closeWrite", new { Stream = _id });

    /// <summary>Reads until so many bytes have come in all, or to the end.</summary>
    public async Task<JsReading> ReadAsync(long? count = null)
        => JsPeer.Read<JsReading>(await peer.CallAsync("read", count is null ? new { Stream = _id } : new { Stream = _id, Count = count }));

    public Task ResetAsync() => peer.CallAsync("reset", new { Stream = _id });
}

/// <summary>All that a stream has received.</summary>
/// <param name="Bytes">How many bytes.</param>
/// <param name="Sha256">Their digest, in lower-case hexadecimals.</param>
/// <param name="Failed">Whether the reader was told of a failure rather than of an end.</param>
/// <param name="Status">js-libp2p's status of the stream: <c>open</c>, <c>closed</c>, <c>reset</c>, <c>aborted</c>.</param>
internal sealed record JsReading(long Bytes, string Sha256, bool Failed, string Status)
{
    public Transfer Transfer => new(Bytes, Sha256);
}
