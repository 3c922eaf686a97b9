namespace LogosActors.Channels.Segmentation;

/// <summary>Why shards cannot be rebuilt.</summary>
internal enum ReedSolomonError
{
    /// <summary>They can.</summary>
    None,

    /// <summary>The code does not have so many shards (<see cref="ReedSolomon.Fits"/>).</summary>
    InvalidCounts,

    /// <summary>Fewer shards are there than the data has.</summary>
    TooFewShards,

    /// <summary>Parity shards are not of the same length, or data shards are longer than they.</summary>
    InvalidLength,
}
