using System.Diagnostics.CodeAnalysis;
using LogosActors.Delivery.Messages;
using LogosActors.Delivery.Topics;

namespace LogosActors.Delivery;

/// <summary>A network that is known by name: what all its nodes agree on, and where it is entered. Immutable.</summary>
/// <remarks>From the Nim reference (factory/networks_config.nim), as are the names.</remarks>
public sealed record NetworkPreset
{
    static readonly (string[] Names, NetworkPreset Preset)[] Known;

    static NetworkPreset() => Known =
    [
        (["twn"], TheWakuNetwork),
        (["logos.dev", "logosdev"], LogosDev),
        (["logos.test", "logostest"], LogosTest),
        (["status.prod", "statusprod"], StatusProd),
        (["local"], Local),
    ];

    /// <summary>The name in configurations.</summary>
    public required string Name { get; init; }

    /// <summary>The network's number.</summary>
    public required ushort Cluster { get; init; }

    /// <summary>How many shards the network has, for autosharding.</summary>
    public required int ShardCount { get; init; }

    /// <summary>Whether anybody may join it over the Internet: its nodes then stay out of private networks that strangers name.</summary>
    /// <value>Default true; <see cref="Local"/> is not public.</value>
    public bool IsPublic { get; init; } = true;

    /// <summary>The longest encoded message, in bytes. The relay's own limit must be no smaller.</summary>
    public int MaxMessageSize { get; init; } = WakuMessageLimits.MessageSize;

    /// <summary>Peers that let a node in: multiaddresses with a peer id, and DNS lists of peers (<c>enrtree://…</c>, EIP-1459).</summary>
    public IReadOnlyList<string> EntryNodes { get; init; } = [];

    /// <summary>Records of the peers that discv5 begins with (<c>enr:…</c>, EIP-778).</summary>
    public IReadOnlyList<string> DiscoveryNodes { get; init; } = [];

    /// <summary>Whether messages need a proof that their sender keeps to its rate (17/WAKU2-RLN-RELAY).</summary>
    public bool RequiresRateLimitProof { get; init; }

    /// <summary>The time in which a sender has a number of messages; null when nothing bounds them.</summary>
    public TimeSpan? RateLimitEpoch { get; init; }

    /// <summary>How many messages a sender has in <see cref="RateLimitEpoch"/>; null when nothing bounds them.</summary>
    public int? RateLimitMessages { get; init; }

    /// <summary>Finds the shards of content topics.</summary>
    public Autosharding Sharding => new(Cluster, ShardCount);

    /// <summary>The public network (64/WAKU2-NETWORK).</summary>
    public static NetworkPreset TheWakuNetwork { get; } = new()
    {
        Name = "twn",
        Cluster = 1,
        ShardCount = 8,
        RequiresRateLimitProof = true,
        RateLimitEpoch = TimeSpan.FromMinutes(10),
        RateLimitMessages = 100,
        DiscoveryNodes =
        [
            "enr:-QESuED0qW1BCmF-oH_ARGPr97Nv767bl_43uoy70vrbah3EaCAdK3Q0iRQ6wkSTTpdrg_dU_NC2ydO8leSlRpBX4pxiAYJpZIJ2NIJpcIRA4VDAim11"
                + "bHRpYWRkcnO4XAArNiZub2RlLTAxLmRvLWFtczMud2FrdS5zYW5kYm94LnN0YXR1cy5pbQZ2XwAtNiZub2RlLTAxLmRvLWFtczMud2FrdS5zYW5kYm94LnN0"
                + "YXR1cy5pbQYfQN4DgnJzkwABCAAAAAEAAgADAAQABQAGAAeJc2VjcDI1NmsxoQOTd-h5owwj-cx7xrmbvQKU8CV3Fomfdvcv1MBc-67T5oN0Y3CCdl-DdWRw"
                + "giMohXdha3UyDw",
            "enr:-QEkuED9X80QF_jcN9gA2ZRhhmwVEeJnsg_Hyg7IFCTYnZD0BDI7a8HArE61NhJZFwygpHCWkgwSt2vqiABXkBxzIqZBAYJpZIJ2NIJpcIQiQlleim11"
                + "bHRpYWRkcnO4bgA0Ni9ub2RlLTAxLmdjLXVzLWNlbnRyYWwxLWEud2FrdS5zYW5kYm94LnN0YXR1cy5pbQZ2XwA2Ni9ub2RlLTAxLmdjLXVzLWNlbnRyYWwx"
                + "LWEud2FrdS5zYW5kYm94LnN0YXR1cy5pbQYfQN4DgnJzkwABCAAAAAEAAgADAAQABQAGAAeJc2VjcDI1NmsxoQPFAS8zz2cg1QQhxMaK8CzkGQ5wdHvPJcrg"
                + "LzJGOiHpwYN0Y3CCdl-DdWRwgiMohXdha3UyDw",
            "enr:-QEkuEBfEzJm_kigJ2HoSS_RBFJYhKHocGdkhhBr6jSUAWjLdFPp6Pj1l4yiTQp7TGHyu1kC6FyaU573VN8klLsEm-XuAYJpZIJ2NIJpcIQI2SVcim11"
                + "bHRpYWRkcnO4bgA0Ni9ub2RlLTAxLmFjLWNuLWhvbmdrb25nLWMud2FrdS5zYW5kYm94LnN0YXR1cy5pbQZ2XwA2Ni9ub2RlLTAxLmFjLWNuLWhvbmdrb25n"
                + "LWMud2FrdS5zYW5kYm94LnN0YXR1cy5pbQYfQN4DgnJzkwABCAAAAAEAAgADAAQABQAGAAeJc2VjcDI1NmsxoQOwsS69tgD7u1K50r5-qG5hweuTwa0W26aY"
                + "PnvivpNlrYN0Y3CCdl-DdWRwgiMohXdha3UyDw",
        ],
    };

    /// <summary>The development network of Logos.</summary>
    public static NetworkPreset LogosDev { get; } = new()
    {
        Name = "logos.dev",
        Cluster = 3,
        ShardCount = 8,
        EntryNodes =
        [
            "/dns4/delivery-01.do-ams3.logos.dev.status.im/tcp/30303/p2p/16Uiu2HAmTUbnxLGT9JvV6mu9oPyDjqHK4Phs1VDJNUgESgNSkuby",
            "/dns4/delivery-02.do-ams3.logos.dev.status.im/tcp/30303/p2p/16Uiu2HAmMK7PYygBtKUQ8EHp7EfaD3bCEsJrkFooK8RQ2PVpJprH",
            "/dns4/delivery-01.gc-us-central1-a.logos.dev.status.im/tcp/30303/p2p/16Uiu2HAm4S1JYkuzDKLKQvwgAhZKs9otxXqt8SCGtB4hoJP1S397",
            "/dns4/delivery-02.gc-us-central1-a.logos.dev.status.im/tcp/30303/p2p/16Uiu2HAm8Y9kgBNtjxvCnf1X6gnZJW5EGE4UwwCL3CCm55TwqBiH",
            "/dns4/delivery-01.ac-cn-hongkong-c.logos.dev.status.im/tcp/30303/p2p/16Uiu2HAm8YokiNun9BkeA1ZRmhLbtNUvcwRr64F69tYj9fkGyuEP",
            "/dns4/delivery-02.ac-cn-hongkong-c.logos.dev.status.im/tcp/30303/p2p/16Uiu2HAkvwhGHKNry6LACrB8TmEFoCJKEX29XR5dDUzk3UT3UNSE",
        ],
    };

    /// <summary>The test network of Logos.</summary>
    public static NetworkPreset LogosTest { get; } = new()
    {
        Name = "logos.test",
        Cluster = 2,
        ShardCount = 8,
        EntryNodes =
        [
            "/dns4/node-01.do-ams3.logos.test.status.im/tcp/30303/p2p/16Uiu2HAmQ9X2xDfPG3uL77V9piYDhjq14JhKCtcmNYsTMKNqrKCj",
            "/dns4/node-02.do-ams3.logos.test.status.im/tcp/30303/p2p/16Uiu2HAmB8NYprrfQrgWVzsJtYWkfjsXbmJEGNMG6othXsQ53BwG",
            "/dns4/node-01.gc-us-central1-a.logos.test.status.im/tcp/30303/p2p/16Uiu2HAmF8WtwGPmeGHgYAX2277jHgy5cW9F7zsB8EqUjBZQAZQ3",
            "/dns4/node-02.gc-us-central1-a.logos.test.status.im/tcp/30303/p2p/16Uiu2HAmUuXhUW9bdJpzN1kfDziFiUZo4bszTk66cvr7uuyCHXR7",
            "/dns4/node-01.ac-cn-hongkong-c.logos.test.status.im/tcp/30303/p2p/16Uiu2HAmL3oU95jh1BZHozn3uNhx8HEneirgr8M1jEAapzXGDqRF",
            "/dns4/node-02.ac-cn-hongkong-c.logos.test.status.im/tcp/30303/p2p/16Uiu2HAm28CoBZjpyxsanC8tQpbvZ7bZJnVYuB1EgFzb571qpWsV",
        ],
    };

    /// <summary>The network of the Status applications.</summary>
    public static NetworkPreset StatusProd { get; } = new()
    {
        Name = "status.prod",
        Cluster = 16,
        ShardCount = 1,
        MaxMessageSize = 1024 * 1024,
        EntryNodes =
        [
            "enrtree://AMOJVZX4V6EXP7NTJPMAYJYST2QP6AJXYW76IU6VGJS7UVSNDYZG4@boot.prod.status.nodes.status.im",
            "/dns4/boot-01.do-ams3.status.prod.status.im/tcp/30303/p2p/16Uiu2HAmAR24Mbb6VuzoyUiGx42UenDkshENVDj4qnmmbabLvo31",
            "/dns4/boot-01.gc-us-central1-a.status.prod.status.im/tcp/30303/p2p/16Uiu2HAm8mUZ18tBWPXDQsaF7PbCKYA35z7WB2xNZH2EVq1qS8LJ",
            "/dns4/boot-01.ac-cn-hongkong-c.status.prod.status.im/tcp/30303/p2p/16Uiu2HAmGwcE8v7gmJNEWFtZtojYpPMTHy2jBLL6xRk33qgDxFWX",
        ],
    };

    /// <summary>A network of one's own, with no entry nodes but those of the settings: cluster 0, which is for everybody
    /// (RELAY-STATIC-SHARD-ALLOC), and as many shards as the public network has.</summary>
    public static NetworkPreset Local { get; } = new() { Name = "local", Cluster = 0, ShardCount = 8, IsPublic = false };

    /// <summary>All networks.</summary>
    public static IReadOnlyList<NetworkPreset> All { get; } = [TheWakuNetwork, LogosDev, LogosTest, StatusProd, Local];

    /// <summary>Finds a network by one of its names, whatever their case: those of the reference, and <c>local</c>.</summary>
    public static bool TryFind(string? name, [NotNullWhen(true)] out NetworkPreset? preset)
    {
        preset = Known.FirstOrDefault(known => known.Names.Contains(name, StringComparer.OrdinalIgnoreCase)).Preset;
        return preset is not null;
    }
}
