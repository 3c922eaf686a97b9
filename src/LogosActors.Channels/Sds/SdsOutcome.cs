namespace LogosActors.Channels.Sds;

/// <summary>Whether a message is taken for sending.</summary>
internal enum SdsSendOutcome
{
    /// <summary>It is; it ends in one <see cref="SdsEffectKind.Acknowledged"/> or <see cref="SdsEffectKind.GaveUp"/>.</summary>
    Taken,

    /// <summary>A message without content would be a sync message.</summary>
    Empty,

    /// <summary>Its id is in use.</summary>
    Duplicate,

    /// <summary>Too many messages, or too large ones, are unacknowledged; try again after one has ended.</summary>
    Full,
}

/// <summary>What became of a received message.</summary>
internal enum SdsReceiveOutcome
{
    /// <summary>It was delivered.</summary>
    Delivered,

    /// <summary>It waits for what came before it.</summary>
    Waiting,

    /// <summary>It was a sync message, and is dealt with.</summary>
    Sync,

    /// <summary>It was known; what it says about other messages is dealt with.</summary>
    Duplicate,

    /// <summary>It is our own.</summary>
    Own,

    /// <summary>It is another channel's.</summary>
    ForeignChannel,

    /// <summary>It has no id, or neither time nor content.</summary>
    Malformed,

    /// <summary>Its time is further ahead than <see cref="SdsOptions.MaxLamportLead"/>.</summary>
    TooFarAhead,

    /// <summary>It is older than all that is remembered, so that it is unknown whether it has been delivered.</summary>
    TooOld,

    /// <summary>It names more preceding messages, or asks for more, than anybody may.</summary>
    TooManyNamed,

    /// <summary>It would have to wait, and its sender, or all senders together, have enough that waits; or it is not admitted.</summary>
    OverQuota,
}
