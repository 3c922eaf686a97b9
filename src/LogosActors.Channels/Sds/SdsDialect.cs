namespace LogosActors.Channels.Sds;

/// <summary>How SDS messages are written. Two forms are in the field, and neither's readers read the other.</summary>
internal enum SdsDialect
{
    /// <summary>The specification's, which js-waku writes: fields 1, 2, 3, 10 – 13 and 20; bloom filters of big-endian words.</summary>
    Specification,

    /// <summary>nim-sds's: fields 1 – 7 and 13 in another order; bloom filters as messages of their own.</summary>
    Nim,
}
