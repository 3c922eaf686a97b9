using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace LogosActors.Libp2p.Tests.Dialing;

/// <summary>A DNS server on the loopback that answers over UDP and TCP what the test says.</summary>
internal sealed class DnsServer : IDisposable
{
    readonly Socket _udp = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
    readonly TcpListener _tcp;

    /// <param name="udp">The datagrams that answer a question.</param>
    /// <param name="tcp">The message that answers one over TCP; null: the connection is closed.</param>
    public DnsServer(Func<byte[], IEnumerable<byte[]>> udp, Func<byte[], byte[]?>? tcp = null)
    {
        while (true)
        {
            _tcp = new TcpListener(IPAddress.Loopback, 0);
            _tcp.Start();
            try
            {
                _udp.Bind(_tcp.LocalEndpoint);
                break;
            }
            catch (SocketException)
            {
                // The port is another's for UDP.
                _tcp.Dispose();
            }
        }
        _ = ServeUdpAsync(udp);
        _ = ServeTcpAsync(tcp ?? (_ => null));
    }

    public IPEndPoint EndPoint => (IPEndPoint)_tcp.LocalEndpoint;

    public ConcurrentQueue<byte[]> Questions { get; } = new();

    /// <summary>A server that knows one name.</summary>
    public static DnsServer Knowing(string name, params string[] texts) => new(question =>
        [NameOf(question).Equals(name, StringComparison.OrdinalIgnoreCase) ? Answer(question, [.. texts.Select(Txt)]) : Answer(question, code: 3)]);

    /// <summary>A record: type and data, of the name that was asked for unless it has another.</summary>
    public sealed record DnsRecord(ushort Type, byte[] Data, byte[]? Owner = null);

    public static DnsRecord Txt(string text) => new(16, [.. text.Chunk(255).SelectMany(part => (byte[])[(byte)part.Length, .. System.Text.Encoding.ASCII.GetBytes(part)])]);

    /// <summary>An uncompressed name.</summary>
    public static byte[] Name(string name) => [.. name.Split('.').SelectMany(label => (byte[])[(byte)label.Length, .. System.Text.Encoding.ASCII.GetBytes(label)]), 0];

    public static byte[] Answer(byte[] question, params DnsRecord[] records) => Answer(question, code: 0, records: records);

    public static byte[] Answer(byte[] question, int code, bool isTruncated = false, params DnsRecord[] records)
    {
        var answer = new List<byte>(question);
        answer[2] = (byte)(isTruncated ? 0x83 : 0x81);
        answer[3] = (byte)(0x80 | code);
        answer[7] = (byte)records.Length;
        foreach (var record in records)
            answer.AddRange([.. record.Owner ?? [0xc0, 12], (byte)(record.Type >> 8), (byte)record.Type, 0, 1, 0, 0, 0, 60, (byte)(record.Data.Length >> 8), (byte)record.Data.Length, .. record.Data]);
        return [.. answer];
    }

    public static string NameOf(byte[] question)
    {
        var labels = new List<string>();
        for (var at = 12; question[at] != 0; at += 1 + question[at])
            labels.Add(System.Text.Encoding.ASCII.GetString(question, at + 1, question[at]));
        return string.Join('.', labels);
    }

    public void Dispose()
    {
        _udp.Dispose();
        _tcp.Dispose();
    }

    async Task ServeUdpAsync(Func<byte[], IEnumerable<byte[]>> answer)
    {
        try
        {
            var buffer = new byte[1000];
            while (true)
            {
                var received = await _udp.ReceiveFromAsync(buffer, new IPEndPoint(IPAddress.Any, 0));
                var question = buffer[..received.ReceivedBytes];
                Questions.Enqueue(question);
                foreach (var message in answer(question))
                    await _udp.SendToAsync(message, received.RemoteEndPoint);
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The test is over.
        }
    }

    async Task ServeTcpAsync(Func<byte[], byte[]?> answer)
    {
        try
        {
            while (true)
            {
                using var client = await _tcp.AcceptTcpClientAsync();
                var stream = client.GetStream();
                var prefix = new byte[2];
                await stream.ReadExactlyAsync(prefix);
                var question = new byte[BinaryPrimitives.ReadUInt16BigEndian(prefix)];
                await stream.ReadExactlyAsync(question);
                Questions.Enqueue(question);
                if (answer(question) is { } message)
                    await stream.WriteAsync((byte[])[(byte)(message.Length >> 8), (byte)message.Length, .. message]);
            }
        }
        catch (Exception e) when (e is SocketException or IOException or ObjectDisposedException)
        {
            // The test is over.
        }
    }
}
