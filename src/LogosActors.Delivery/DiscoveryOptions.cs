using LogosActors.Delivery.Discovery.Discv5;
using LogosActors.Delivery.Discovery.DnsLists;
using LogosActors.Delivery.Discovery.Records;

namespace LogosActors.Delivery;

/// <summary>How a node finds others. Immutable; checked when set.</summary>
public sealed record DiscoveryOptions
{
    /// <summary>Whether the node takes part in discv5 (33/WAKU2-DISCV5): it finds others by UDP, and is found. Its key must be of secp256k1.</summary>
    /// <value>Default false.</value>
    public bool Discv5 { get; init; }

    /// <summary>The UDP port of discv5; 0: any free port.</summary>
    /// <value>Default 9000 (Nim reference, <c>--discv5-udp-port</c>). Range 0 – 65,535.</value>
    public int UdpPort
    {
        get;
        init => field = value is >= 0 and <= ushort.MaxValue
            ? value
            : throw new ArgumentOutOfRangeException(nameof(UdpPort), value, "DiscoveryOptions.UdpPort is 0 – 65,535.");
    } = 9000;

    /// <summary>The records that discv5 begins with (<c>enr:…</c>, EIP-778); their nodes are dialed, too.</summary>
    /// <value>Default none.</value>
    public IReadOnlyList<string> BootstrapNodes { get; init => field = Check(value, ProblemOfRecord); } = [];

    /// <summary>Lists of nodes in DNS (<c>enrtree://…</c>, EIP-1459).</summary>
    /// <value>Default none. The first 16 are followed.</value>
    public IReadOnlyList<string> DnsLists { get; init => field = Check(value, ProblemOfList); } = [];

    /// <summary>The protocol id of discv5: nodes of another one do not hear this one.</summary>
    /// <value>Default <c>d5waku</c> (Nim reference); Ethereum's is <c>discv5</c>. 6 characters of ASCII.</value>
    public string ProtocolId
    {
        get;
        init => field = value is { Length: PacketCodec.ProtocolIdLength } && System.Text.Ascii.IsValid(value)
            ? value
            : throw new ArgumentException($"DiscoveryOptions.ProtocolId has {PacketCodec.ProtocolIdLength} characters of ASCII.", nameof(ProtocolId));
    } = Discv5Options.WakuProtocol;

    /// <summary>Whether anything is on.</summary>
    internal bool IsOn => Discv5 || DnsLists.Count > 0 || BootstrapNodes.Count > 0;

    /// <summary>What is wrong with a record of <see cref="BootstrapNodes"/>, for people; null: nothing.</summary>
    public static string? ProblemOfRecord(string text) =>
        NodeRecord.TryParse(text, out _, out var error) ? null : $"'{text}' is not a node record (enr:…, EIP-778): {error}.";

    /// <summary>What is wrong with a URL of <see cref="DnsLists"/>, for people; null: nothing.</summary>
    public static string? ProblemOfList(string text) =>
        ListUrl.TryParse(text, out _, out var error) ? null : $"'{text}' is not a list of nodes in DNS (enrtree://key@domain, EIP-1459): {error}.";

    static IReadOnlyList<string> Check(IReadOnlyList<string> texts, Func<string, string?> problemOf) =>
        texts.Select(problemOf).FirstOrDefault(problem => problem is not null) is { } problem ? throw new FormatException(problem) : texts;
}
