using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Net.WebSockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using LogosActors.Libp2p.Connections.WebSocket;

namespace LogosActors.Libp2p.Tests.Connections.WebSocket;

/// <summary>A listener on the loopback address, and those who come to it.</summary>
internal sealed class WebSocketServer : IAsyncDisposable
{
    WebSocketServer(WebSocketConnectionListener listener, X509Certificate2? certificate) => (Listener, Certificate) = (listener, certificate);

    public WebSocketConnectionListener Listener { get; }

    public X509Certificate2? Certificate { get; }

    public Uri Address => new($"{(Certificate is null ? "ws" : "wss")}://localhost:{Listener.EndPoint.Port}/");

    public static Task<WebSocketServer> StartAsync(WebSocketListenerOptions? options = null, bool isSecure = false, TimeProvider? time = null)
    {
        var certificate = isSecure ? SelfSigned() : null;
        options = (options ?? new WebSocketListenerOptions()) with { Certificate = certificate };
        return Task.FromResult(new WebSocketServer(
            WebSocketConnectionListener.Start(new IPEndPoint(IPAddress.Loopback, 0), options, time ?? TimeProvider.System), certificate));
    }

    public Task<WebSocketConnection> DialAsync(WebSocketConnectionOptions? options = null, TimeProvider? time = null) =>
        new WebSocketDialer(options ?? new WebSocketConnectionOptions(), time ?? TimeProvider.System) { ValidateCertificate = IsOurs }
            .DialAsync(Listener.EndPoint, Address);

    public async Task<(WebSocketConnection Dialer, WebSocketConnection Listener)> ConnectAsync()
    {
        var accepting = Listener.AcceptAsync();
        return (await DialAsync(), await accepting);
    }

    /// <summary>A client with a mind of its own.</summary>
    public async Task<(ClientWebSocket Client, WebSocketConnection Accepted)> ConnectClientAsync()
    {
        var accepting = Listener.AcceptAsync();
        var client = new ClientWebSocket();
        await client.ConnectAsync(Address, CancellationToken.None);
        return (client, await accepting);
    }

    /// <summary>A TCP connection on which <paramref name="text"/> was sent; an empty stream when the server has reset it before that.</summary>
    public async Task<Stream> SendAsync(string text)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        try
        {
            await socket.ConnectAsync(Listener.EndPoint);
            var stream = new NetworkStream(socket, ownsSocket: true);
            await stream.WriteAsync(System.Text.Encoding.ASCII.GetBytes(text));
            return stream;
        }
        catch (Exception e) when (e is SocketException or IOException)
        {
            socket.Dispose();
            return Stream.Null;
        }
    }

    /// <summary>What the server answers until it closes the connection.</summary>
    public static async Task<string> AnswerAsync(Stream stream)
    {
        using var answer = new MemoryStream();
        try
        {
            await stream.CopyToAsync(answer);
        }
        catch (IOException)
        {
            // Aborted: that ends it too.
        }
        return System.Text.Encoding.ASCII.GetString(answer.ToArray());
    }

    public async ValueTask DisposeAsync()
    {
        await Listener.DisposeAsync();
        Certificate?.Dispose();
    }

    bool IsOurs(object sender, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors) =>
        certificate is X509Certificate2 shown && shown.RawDataMemory.Span.SequenceEqual(Certificate!.RawDataMemory.Span);

    public static X509Certificate2 SelfSigned()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256);
        return request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
    }
}
