using LogosActors.Actors.Persistence;

namespace LogosActors.Channels;

/// <summary>How what channels keep is stored.</summary>
public static class ChannelSerialization
{
    /// <summary>Registers what the actors of channels store.</summary>
    public static EventSerialization.Builder AddChannels(this EventSerialization.Builder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        RateLimits.RateLimiting.Register(builder);
        Segmentation.ReassemblyJournalCodec.Register(builder);
        Segmentation.Reassembling.Register(builder);
        Sds.SdsJournalCodec.Register(builder);
        return builder;
    }
}
