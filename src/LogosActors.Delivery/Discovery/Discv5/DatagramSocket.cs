using System.Net;
using System.Net.Sockets;

namespace LogosActors.Delivery.Discovery.Discv5;

/// <summary>A UDP socket with one loop that reads it. What is not taken as fast as it comes is dropped, beyond <see cref="MaxPending"/>.</summary>
internal sealed class DatagramSocket : IDisposable
{
    /// <summary>Datagrams that were read and not taken: 320 KiB at most.</summary>
    public const int MaxPending = 256;

    readonly Socket _socket;
    readonly Action<Received> _receive;
    int _pending;

    /// <summary>Opens a socket.</summary>
    /// <param name="local">Where.</param>
    /// <param name="receive">Called with each datagram, on a thread of the pool; <see cref="Received.Take"/> says that it was dealt with.</param>
    /// <exception cref="SocketException">The port is in use.</exception>
    public DatagramSocket(IPEndPoint local, Action<Received> receive)
    {
        _receive = receive;
        _socket = new Socket(local.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
        try
        {
            _socket.Bind(local);
        }
        catch
        {
            _socket.Dispose();
            throw;
        }
        _ = ReadAsync();
    }

    /// <summary>The port.</summary>
    public int Port => ((IPEndPoint)_socket.LocalEndPoint!).Port;

    void Taken() => Interlocked.Decrement(ref _pending);

    /// <summary>Sends a datagram, or not: where the system takes none, it is lost.</summary>
    public void Send(IPEndPoint to, ReadOnlySpan<byte> datagram)
    {
        try
        {
            _socket.SendTo(datagram, SocketFlags.None, to);
        }
        catch (SocketException)
        {
            // No route, or a full buffer: a request ends in its time-out, like one that the network has lost.
        }
    }

    public void Dispose() => _socket.Dispose();

    async Task ReadAsync()
    {
        // One byte more than a packet has: what is longer is seen to be, and refused.
        var buffer = new byte[Packet.MaxLength + 1];
        var any = new IPEndPoint(_socket.AddressFamily is AddressFamily.InterNetwork ? IPAddress.Any : IPAddress.IPv6Any, 0);
        while (true)
        {
            try
            {
                var result = await _socket.ReceiveFromAsync(buffer, SocketFlags.None, any).ConfigureAwait(false);
                if (result.ReceivedBytes is < Packet.MinLength or > Packet.MaxLength)
                    continue;
                if (Interlocked.Increment(ref _pending) > MaxPending)
                    Interlocked.Decrement(ref _pending);
                else
                    _receive(new Received(this, buffer.AsSpan(0, result.ReceivedBytes).ToArray(), (IPEndPoint)result.RemoteEndPoint));
            }
            catch (ObjectDisposedException)
            {
                return;
            }
            catch (SocketException e) when (e.SocketErrorCode is SocketError.OperationAborted)
            {
                return;
            }
            catch (SocketException)
            {
                // Somebody's port is closed (ICMP), or a datagram was too long: the next one may be well.
            }
        }
    }

    /// <summary>A datagram that has come.</summary>
    internal sealed record Received(DatagramSocket Socket, byte[] Datagram, IPEndPoint From)
    {
        /// <summary>It is dealt with.</summary>
        public void Take() => Socket.Taken();
    }
}
