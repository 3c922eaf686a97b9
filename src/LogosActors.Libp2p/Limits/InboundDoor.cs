using System.Net;

namespace LogosActors.Libp2p.Limits;

/// <summary>An <see cref="InboundGate"/> for any number of threads.</summary>
/// <param name="gate">The bounds.</param>
/// <param name="time">The clock of its rates.</param>
internal sealed class InboundDoor(InboundGate gate, TimeProvider time)
{
    readonly Lock _gate = new();
    readonly long _origin = time.GetTimestamp();

    /// <summary>Begins a handshake, and closes the one that makes room for it.</summary>
    /// <param name="address">Where the connection comes from; null when the transport has no addresses.</param>
    /// <returns>The handshake, which the caller ends; null when the connection is to be closed unread.</returns>
    public InboundHandshake? TryBegin(IPAddress? address)
    {
        InboundHandshake? begun, displaced;
        lock (_gate)
            begun = gate.TryBegin(address, time.GetElapsedTime(_origin), out displaced);
        displaced?.Close();
        return begun;
    }

    /// <inheritdoc cref="InboundGate.End"/>
    public void End(InboundHandshake handshake)
    {
        lock (_gate)
            gate.End(handshake);
    }
}
