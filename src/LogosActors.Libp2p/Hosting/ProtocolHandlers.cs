using System.Collections.Frozen;
using LogosActors.Libp2p.Negotiation;

namespace LogosActors.Libp2p.Hosting;

/// <summary>The protocols that a host serves. For any number of threads; a stream that is negotiated sees one state of it.</summary>
internal sealed class ProtocolHandlers
{
    readonly Lock _gate = new();
    volatile Snapshot _current = new([], FrozenDictionary<string, ProtocolHandler>.Empty, new SupportedProtocols());

    /// <summary>Runs after each change, on the thread that made it.</summary>
    public Action? Changed { get; set; }

    public Snapshot Current => _current;

    public void Add(ProtocolHandler handler)
    {
        ArgumentException.ThrowIfNullOrEmpty(handler.Protocol);
        if (System.Text.Encoding.UTF8.GetByteCount(handler.Protocol) >= MultistreamLine.MaxLength || handler.Protocol.Contains('\n'))
            throw new ArgumentException($"A protocol id is one line of fewer than {MultistreamLine.MaxLength} bytes.", nameof(handler));
        lock (_gate)
        {
            if (_current.Handlers.ContainsKey(handler.Protocol))
                throw new ArgumentException($"{handler.Protocol} is handled already; remove that handler first.", nameof(handler));
            Set(_current.Handlers.Values.Append(handler));
        }
        Changed?.Invoke();
    }

    public bool Remove(string protocol)
    {
        lock (_gate)
        {
            if (!_current.Handlers.ContainsKey(protocol))
                return false;
            Set(_current.Handlers.Values.Where(handler => !string.Equals(handler.Protocol, protocol, StringComparison.Ordinal)));
        }
        Changed?.Invoke();
        return true;
    }

    void Set(IEnumerable<ProtocolHandler> handlers)
    {
        var byProtocol = handlers.ToFrozenDictionary(handler => handler.Protocol, StringComparer.Ordinal);
        string[] protocols = [.. byProtocol.Keys.Order(StringComparer.Ordinal)];
        _current = new Snapshot(protocols, byProtocol, new SupportedProtocols(protocols));
    }

    internal sealed record Snapshot(
        IReadOnlyList<string> Protocols, FrozenDictionary<string, ProtocolHandler> Handlers, SupportedProtocols Supported);
}

/// <summary>Who serves the streams of a protocol, and how many.</summary>
internal sealed record ProtocolHandler(string Protocol, StreamHandler Handler, StreamHandlerOptions Options);
