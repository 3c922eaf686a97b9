namespace LogosActors.Libp2p.Gossipsub;

/// <summary>Gossipsub options of known networks.</summary>
public static class GossipsubPresets
{
    /// <summary>The relay of Logos Delivery: 11/WAKU2-RELAY, with the parameters of the Nim reference (waku_relay/protocol.nim).</summary>
    /// <remarks>Its one protocol id says no version; unknown control entries are ignored by every implementation, so IDONTWANT is sent.</remarks>
    public static GossipsubOptions Relay { get; } = new()
    {
        Protocols = [new GossipsubProtocol { Id = "/vac/waku/relay/2.0.0", Version = GossipsubVersion.V12 }],
        Signatures = SignaturePolicy.LaxNoSign,
        MessageId = MessageIdFunction.Sha256OfData,
        D = 6,
        DLow = 4,
        DHigh = 8,
        DScore = 6,
        DOut = 3,
        DLazy = 6,
        GossipFactor = 0.25,
        HeartbeatInterval = TimeSpan.FromSeconds(1),
        HistoryLength = 6,
        HistoryGossip = 3,
        FanoutTtl = TimeSpan.FromSeconds(60),
        SeenTtl = TimeSpan.FromSeconds(120),
        PruneBackoff = TimeSpan.FromSeconds(60),
        UnsubscribeBackoff = TimeSpan.FromSeconds(5),
        FloodPublish = true,
        Score = new PeerScoreOptions
        {
            GossipThreshold = -100,
            PublishThreshold = -1000,
            GraylistThreshold = -10_000,
            OpportunisticGraftThreshold = 0,
            DecayInterval = TimeSpan.FromSeconds(12),
            DecayToZero = 0.01,
            RetainScore = TimeSpan.FromMinutes(10),
            ApplicationWeight = 0,
            IpColocationWeight = -50,
            IpColocationThreshold = 5,
            BehaviourPenaltyWeight = -10,
            BehaviourPenaltyDecay = 0.986,
            DisconnectGraylisted = true,
            DefaultTopic = new TopicScoreParameters
            {
                TopicWeight = 1,
                TimeInMeshWeight = 0.01,
                TimeInMeshQuantum = TimeSpan.FromSeconds(1),
                TimeInMeshCap = 10,
                FirstMessageDeliveriesWeight = 1,
                FirstMessageDeliveriesDecay = 0.5,
                FirstMessageDeliveriesCap = 10,
                InvalidMessageDeliveriesWeight = -100,
                InvalidMessageDeliveriesDecay = 0.5,
            },
        },
    };
}
