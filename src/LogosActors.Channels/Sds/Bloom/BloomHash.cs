namespace LogosActors.Channels.Sds.Bloom;

/// <summary>Which of Nim's string hashes a filter is made with.</summary>
/// <remarks>
/// nim-sds hashes with what the standard library of its compiler has, and that changed with Nim 2.2; nim-sds asks for 2.2.4.
/// js-waku keeps the older one. Filters made with one say nothing to those who look with the other.
/// </remarks>
internal enum BloomHash
{
    /// <summary>MurmurHash3, of js-waku: <see cref="NimMurmurHash"/>.</summary>
    Murmur,

    /// <summary>FarmHash, of nim-sds: <see cref="NimFarmHash"/>.</summary>
    Farm,
}
