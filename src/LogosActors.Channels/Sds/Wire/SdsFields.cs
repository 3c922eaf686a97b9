namespace LogosActors.Channels.Sds.Wire;

/// <summary>The numbers of a message's fields.</summary>
internal sealed record SdsFields(int Sender, int Id, int Channel, int Lamport, int History, int Bloom, int Repair, int Content)
{
    /// <summary>The field that distinguishes the dialects by its type: a message's id, or its time.</summary>
    public const int Telling = 2;

    static readonly SdsFields Specification = new(Sender: 1, Id: 2, Channel: 3, Lamport: 10, History: 11, Bloom: 12, Repair: 13, Content: 20); // SDS §Message
    static readonly SdsFields Nim = new(Sender: 7, Id: 1, Channel: 4, Lamport: 2, History: 3, Bloom: 6, Repair: 13, Content: 5); // nim-sds sds/protobuf.nim, encode

    /// <summary>The numbers that a dialect has.</summary>
    public static SdsFields Of(SdsDialect dialect) => dialect is SdsDialect.Nim ? Nim : Specification;
}
