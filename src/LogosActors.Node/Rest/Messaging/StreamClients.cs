using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Text.Json;
using System.Threading.Channels;
using LogosActors.Delivery;
using LogosActors.Delivery.Hosting;
using LogosActors.Delivery.Relay;
using LogosActors.Delivery.Topics;
using LogosActors.Node.Rest.Relay;

namespace LogosActors.Node.Rest.Messaging;

/// <summary>The clients that have a stream of messages open, and what waits for each. For any number of threads.</summary>
/// <remarks>
/// Bounds: <see cref="MaxClients"/> streams, <see cref="MaxClientsOfAddress"/> of one address; <see cref="MaxWaiting"/> messages and
/// <see cref="MaxBytesOfClient"/> for one client, <see cref="MaxBytes"/> for all. A client beyond its bound is cut off; beyond the bound of
/// all it is the one that has most waiting. A message is written once, for all who want it, and while nobody does none is written.
/// </remarks>
internal sealed class StreamClients(MessagingNode node)
{
    /// <summary>How many streams are open at once.</summary>
    public const int MaxClients = 512;

    /// <summary>How many of them are of one address.</summary>
    public const int MaxClientsOfAddress = 256;

    /// <summary>How many messages wait for one client.</summary>
    public const int MaxWaiting = 1024;

    /// <summary>How many bytes wait for one client; one message may be larger.</summary>
    public const int MaxBytesOfClient = 4 << 20;

    /// <summary>How many bytes wait for all clients, each counted for every client that it waits for.</summary>
    public const int MaxBytes = 64 << 20;

    static readonly byte[] Before = [.. "event: message\ndata: "u8];
    static readonly byte[] After = [.. "\n\n"u8];

    readonly Lock _gate = new();
    readonly HashSet<StreamClient> _clients = [];
    IDisposable? _watching;
    long _bytes;

    /// <summary>Adds a client, unless there are too many.</summary>
    public bool TryAdd(IPAddress? address, HashSet<PubsubTopic> shards, HashSet<string> topics, [NotNullWhen(true)] out StreamClient? client)
    {
        lock (_gate)
        {
            client = null;
            if (_clients.Count >= MaxClients || _clients.Count(other => Equals(other.Address, address)) >= MaxClientsOfAddress)
                return false;
            client = new StreamClient(address, shards, topics);
            _clients.Add(client);
            _watching ??= node.WatchRelay(Show);
            return true;
        }
    }

    /// <summary>Removes a client that has gone.</summary>
    public void Remove(StreamClient client)
    {
        lock (_gate)
        {
            Forget(client);
            if (_clients.Count > 0)
                return;
            _watching?.Dispose();
            _watching = null;
        }
    }

    /// <summary>A client has been sent what waited for it.</summary>
    public void Sent(StreamClient client, int bytes)
    {
        lock (_gate)
        {
            if (!_clients.Contains(client))
                return;
            client.Waiting--;
            client.Bytes -= bytes;
            _bytes -= bytes;
        }
    }

    void Show(RelayTopics.Seen seen)
    {
        lock (_gate)
        {
            byte[]? written = null;
            List<StreamClient>? slow = null;
            foreach (var client in _clients)
            {
                if (!client.Topics.Contains(seen.Message.ContentTopic) || !client.Shards.Contains(seen.Shard))
                    continue;
                written ??= Write(seen);
                if (client.Waiting >= MaxWaiting || (client.Waiting > 0 && client.Bytes + written.Length > MaxBytesOfClient))
                {
                    (slow ??= []).Add(client);
                    continue;
                }
                client.Queue.Writer.TryWrite(written);
                client.Waiting++;
                client.Bytes += written.Length;
                _bytes += written.Length;
            }
            foreach (var client in slow ?? [])
                CutOff(client);
            while (_bytes > MaxBytes)
                CutOff(_clients.MaxBy(static client => client.Bytes)!);
        }
    }

    void CutOff(StreamClient client)
    {
        Forget(client);
        client.Queue.Writer.TryComplete();
        client.CutOff();
    }

    void Forget(StreamClient client)
    {
        if (!_clients.Remove(client))
            return;
        _bytes -= client.Bytes;
    }

    static byte[] Write(RelayTopics.Seen seen)
    {
        var message = new ReceivedMessage(seen.Hash.ToString(), RelayMessage.From(seen.Message), seen.Shard.ToString());
        return [.. Before, .. JsonSerializer.SerializeToUtf8Bytes(message, RestJson.Options), .. After];
    }
}

/// <summary>One of them. Its counts are kept by <see cref="StreamClients"/>, under its lock.</summary>
internal sealed class StreamClient(IPAddress? address, HashSet<PubsubTopic> shards, HashSet<string> topics)
{
    volatile bool _isCut;

    public IPAddress? Address { get; } = address;

    public HashSet<PubsubTopic> Shards { get; } = shards;

    public HashSet<string> Topics { get; } = topics;

    /// <summary>What is to be sent to it, as it is sent. Completed when it is cut off.</summary>
    public Channel<byte[]> Queue { get; } = Channel.CreateUnbounded<byte[]>(new UnboundedChannelOptions { SingleReader = true });

    public int Waiting { get; set; }

    public long Bytes { get; set; }

    /// <summary>Whether it was too slow.</summary>
    public bool IsCut => _isCut;

    /// <summary>Called when it is cut off; aborts what is being sent.</summary>
    public Action? Abort { get; set; }

    public void CutOff()
    {
        _isCut = true;
        Abort?.Invoke();
    }
}
