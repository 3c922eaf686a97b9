namespace LogosActors.Node.Configuration;

/// <summary>The flags of <c>logos channel</c>: those of the channel, and those of the node beneath it.</summary>
internal static class ChannelFlags
{
    static readonly string[] OfNode =
    [
        "--preset", "--cluster-id", "--num-shards-in-network", "--max-msg-size", "--nodekey-file", "--listen-address", "--tcp-port", "--nat",
        "--staticnode", "--entry-node", "--storenode", "--log-level",
    ];

    /// <summary>All of them, in the order in which help shows them.</summary>
    public static IReadOnlyList<NodeFlag> All { get; } =
    [
        new("--data", "data-directory", FlagKind.Value, "Keeps the key, the history and what is under way in this directory, so that the command goes on after a restart. Default: nothing is kept."),
        Of("--content-topic", "content-topic", "The content topic on which the channel travels. Default /logos-channel/1/CHANNEL/proto."),
        Of("--sender-id", "sender-id", "The name of this participant: nobody else's. Default: one that is kept in the data directory."),
        Of("--key", "key", "A file with the key that all participants share, as `logos channel key FILE` makes it. Default: plaintext."),
        Of("--history", "history", "memory, sqlite, sqlite:PATH or postgres:CONNECTION. Default: sqlite with --data, else memory."),
        Of("--parity", "parity", "Whether to send parity. Default false.", FlagKind.Switch),
        Of("--chunk-size", "chunk-size", "The most that one chunk carries, 5KiB to 128KiB. Default 100KiB."),
        Of("--no-rate-limit", "rate-limit:enabled", "Sends as fast as it can. Networks with RLN drop that.", FlagKind.Without),
        Of("--messages-per-epoch", "rate-limit:messages-per-epoch", "How many messages are sent in an epoch. Default 100."),
        Of("--epoch-seconds", "rate-limit:epoch-seconds", "How long an epoch is. Default 600."),
        Of("--every-segment", "rate-limit:every-segment", "Whether every chunk counts against the limit. Default false: a message counts once.", FlagKind.Switch),
        .. OfNode.Select(name => NodeFlag.All.Single(flag => flag.Name == name)).Select(flag => flag.Name switch
        {
            "--tcp-port" => flag with { Meaning = "The TCP port for peers; 0: any. Default 0." },
            "--log-level" => flag with { Meaning = "TRACE, DEBUG, INFO, NOTICE, WARN, ERROR, FATAL or NONE, to standard error. Default ERROR." },
            _ => flag,
        }),
    ];

    static NodeFlag Of(string name, string key, string meaning, FlagKind kind = FlagKind.Value) =>
        new(name, key, kind, meaning) { Section = ChannelSettings.Section };
}
