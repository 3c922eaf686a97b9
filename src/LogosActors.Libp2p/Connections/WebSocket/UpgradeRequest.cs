using System.Buffers;
using System.Security.Cryptography;
using System.Text;

namespace LogosActors.Libp2p.Connections.WebSocket;

/// <summary>The head of an HTTP/1.1 request for a WebSocket at <c>/</c> (RFC 6455 §4.2.1, RFC 9112).</summary>
/// <param name="Status">Why it is refused, as a status of HTTP; 101 when it is not.</param>
/// <param name="Key">What <see cref="AcceptKey"/> is made of; empty when it is refused.</param>
/// <param name="ForwardedFor">The values of <c>X-Forwarded-For</c>, separated by commas; empty when there are none.</param>
internal sealed record UpgradeRequest(int Status, string Key, string ForwardedFor)
{
    /// <summary>The upgrade is accepted (RFC 9110 §15.2.2).</summary>
    public const int SwitchingProtocols = 101;

    /// <summary>What no HTTP allows, or no WebSocket.</summary>
    public const int BadRequest = 400;

    /// <summary>A path other than <c>/</c>.</summary>
    public const int NotFound = 404;

    /// <summary>A request of plain HTTP.</summary>
    public const int UpgradeRequired = 426;

    /// <summary>RFC 6455 §1.3.</summary>
    const string AcceptGuid = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

    const int KeySize = 16;

    static readonly SearchValues<byte> Token = SearchValues.Create("!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"u8);

    static readonly UpgradeRequest Malformed = new(BadRequest, "", "");

    /// <summary>Reads a head.</summary>
    /// <param name="head">All that was received, up to and with the empty line; what follows it is refused, for a client waits for the answer.</param>
    public static UpgradeRequest Read(ReadOnlySpan<byte> head)
    {
        if (!TryReadLine(ref head, out var first) || !TryReadRequestLine(first, out var isGet, out var isRoot))
            return Malformed;
        var headers = default(Headers);
        while (true)
        {
            if (!TryReadLine(ref head, out var line))
                return Malformed;
            if (line.IsEmpty)
                break;
            if (!headers.TryAdd(line))
                return Malformed;
        }
        if (headers.Hosts != 1)
            return Malformed;
        if (!isRoot)
            return new UpgradeRequest(NotFound, "", "");
        if (!headers.HasUpgrade)
            return new UpgradeRequest(UpgradeRequired, "", "");
        return isGet && head.IsEmpty && headers is { IsWebSocket: true, IsConnectionUpgrade: true, IsVersion13: true, Key: { } key }
            ? new UpgradeRequest(SwitchingProtocols, key, headers.ForwardedFor ?? "")
            : Malformed;
    }

    /// <summary>What proves that the request was understood (RFC 6455 §4.2.2).</summary>
#pragma warning disable CA5350 // the specification's choice; it protects nothing
    public string AcceptKey() => Convert.ToBase64String(SHA1.HashData(System.Text.Encoding.ASCII.GetBytes(Key + AcceptGuid)));
#pragma warning restore CA5350

    static bool TryReadLine(ref ReadOnlySpan<byte> rest, out ReadOnlySpan<byte> line)
    {
        line = default;
        var end = rest.IndexOf("\r\n"u8);
        if (end < 0)
            return false;
        line = rest[..end];
        rest = rest[(end + 2)..];
        // A carriage return or a line feed alone separates lines for some, and not for others.
        return !line.ContainsAny((byte)'\r', (byte)'\n', (byte)0);
    }

    static bool TryReadRequestLine(ReadOnlySpan<byte> line, out bool isGet, out bool isRoot)
    {
        (isGet, isRoot) = (false, false);
        var method = line.IndexOf((byte)' ');
        if (method <= 0 || line[..method].ContainsAnyExcept(Token))
            return false;
        isGet = line[..method].SequenceEqual("GET"u8);
        line = line[(method + 1)..];
        var target = line.IndexOf((byte)' ');
        if (target <= 0 || !line[(target + 1)..].SequenceEqual("HTTP/1.1"u8))
            return false;
        line = line[..target];
        var query = line.IndexOf((byte)'?');
        isRoot = (query < 0 ? line : line[..query]).SequenceEqual("/"u8);
        return true;
    }

    struct Headers
    {
        public int Hosts;
        public bool HasUpgrade;
        public bool IsWebSocket;
        public bool IsConnectionUpgrade;
        public bool IsVersion13;
        public string? Key;
        public string? ForwardedFor;

        public bool TryAdd(ReadOnlySpan<byte> line)
        {
            var colon = line.IndexOf((byte)':');
            if (colon <= 0 || line[..colon].ContainsAnyExcept(Token))
                return false;
            var name = line[..colon];
            var value = line[(colon + 1)..].Trim(" \t"u8);
            if (Is(name, "host"u8))
                Hosts++;
            else if (Is(name, "upgrade"u8))
                (HasUpgrade, IsWebSocket) = (true, IsWebSocket || Names(value, "websocket"u8));
            else if (Is(name, "connection"u8))
                IsConnectionUpgrade |= Names(value, "upgrade"u8);
            else if (Is(name, "sec-websocket-version"u8))
                IsVersion13 = value.SequenceEqual("13"u8);
            else if (Is(name, "sec-websocket-key"u8))
                return Key is null && TryReadKey(value, out Key);
            else if (Is(name, "x-forwarded-for"u8))
                ForwardedFor = ForwardedFor is null ? System.Text.Encoding.ASCII.GetString(value) : $"{ForwardedFor},{System.Text.Encoding.ASCII.GetString(value)}";
            return true;
        }

        static bool TryReadKey(ReadOnlySpan<byte> value, out string? key)
        {
            Span<byte> nonce = stackalloc byte[KeySize];
            key = null;
            if (value.Length != 24 || System.Buffers.Text.Base64.DecodeFromUtf8(value, nonce, out _, out var length) is not OperationStatus.Done || length != KeySize)
                return false;
            key = System.Text.Encoding.ASCII.GetString(value);
            return true;
        }

        static bool Is(ReadOnlySpan<byte> text, ReadOnlySpan<byte> name) => Ascii.EqualsIgnoreCase(text, name);

        static bool Names(ReadOnlySpan<byte> list, ReadOnlySpan<byte> name)
        {
            foreach (var range in list.Split((byte)','))
            {
                if (Is(list[range].Trim(" \t"u8), name))
                    return true;
            }
            return false;
        }
    }
}
