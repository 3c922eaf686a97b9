using System.Net;
using System.Net.Sockets;

namespace LogosActors.Node.Tests;

/// <summary>A reverse proxy on the loopback: it adds to each connection's first request who its client is.</summary>
internal sealed class ForwardingProxy : IAsyncDisposable
{
    readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    readonly CancellationTokenSource _ending = new();
    readonly int _port;
    readonly string _client;
    readonly Task _serving;

    /// <param name="port">Where requests go.</param>
    /// <param name="client">The address that clients are said to have.</param>
    public ForwardingProxy(int port, string client)
    {
        (_port, _client) = (port, client);
        _listener.Start();
        _serving = ServeAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public async ValueTask DisposeAsync()
    {
        await _ending.CancelAsync();
        _listener.Dispose();
        await _serving.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _ending.Dispose();
    }

    async Task ServeAsync()
    {
        while (true)
            _ = ForwardAsync(await _listener.AcceptTcpClientAsync(_ending.Token));
    }

    async Task ForwardAsync(TcpClient client)
    {
        using var server = new TcpClient();
        using (client)
        {
            try
            {
                await server.ConnectAsync(IPAddress.Loopback, _port, _ending.Token);
                var (from, to) = (client.GetStream(), server.GetStream());
                var line = new List<byte>();
                for (var one = new byte[1]; line is not [.., (byte)'\n'] && await from.ReadAsync(one, _ending.Token) > 0;)
                    line.Add(one[0]);
                await to.WriteAsync((byte[])[.. line, .. System.Text.Encoding.ASCII.GetBytes($"X-Forwarded-For: {_client}\r\n")], _ending.Token);
                await Task.WhenAny(from.CopyToAsync(to, _ending.Token), to.CopyToAsync(from, _ending.Token));
            }
            catch (Exception e) when (e is IOException or SocketException or OperationCanceledException)
            {
                // Either end has gone.
            }
        }
    }
}
