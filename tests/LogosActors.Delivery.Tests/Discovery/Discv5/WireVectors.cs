using LogosActors.Delivery.Discovery.Records;

namespace LogosActors.Delivery.Tests.Discovery.Discv5;

/// <summary>The vectors of the specification (discv5-wire-test-vectors.md).</summary>
internal static class WireVectors
{
    public const string Ping =
        "00000000000000000000000000000000088b3d4342774649325f313964a39e55"
        + "ea96c005ad52be8c7560413a7008f16c9e6d2f43bbea8814a546b7409ce783d3"
        + "4c4f53245d08dab84102ed931f66d1492acb308fa1c6715b9d139b81acbdcc";

    public const string WhoAreYou =
        "00000000000000000000000000000000088b3d434277464933a1ccc59f5967ad"
        + "1d6035f15e528627dde75cd68292f9e6c27d6b66c8100a873fcbaed4e16b8d";

    public const string Handshake =
        "00000000000000000000000000000000088b3d4342774649305f313964a39e55"
        + "ea96c005ad521d8c7560413a7008f16c9e6d2f43bbea8814a546b7409ce783d3"
        + "4c4f53245d08da4bb252012b2cba3f4f374a90a75cff91f142fa9be3e0a5f3ef"
        + "268ccb9065aeecfd67a999e7fdc137e062b2ec4a0eb92947f0d9a74bfbf44dfb"
        + "a776b21301f8b65efd5796706adff216ab862a9186875f9494150c4ae06fa4d1"
        + "f0396c93f215fa4ef524f1eadf5f0f4126b79336671cbcf7a885b1f8bd2a5d83"
        + "9cf8";

    public const string HandshakeWithRecord =
        "00000000000000000000000000000000088b3d4342774649305f313964a39e55"
        + "ea96c005ad539c8c7560413a7008f16c9e6d2f43bbea8814a546b7409ce783d3"
        + "4c4f53245d08da4bb23698868350aaad22e3ab8dd034f548a1c43cd246be9856"
        + "2fafa0a1fa86d8e7a3b95ae78cc2b988ded6a5b59eb83ad58097252188b902b2"
        + "1481e30e5e285f19735796706adff216ab862a9186875f9494150c4ae06fa4d1"
        + "f0396c93f215fa4ef524e0ed04c3c21e39b1868e1ca8105e585ec17315e755e6"
        + "cfc4dd6cb7fd8e1a1f55e49b4b5eb024221482105346f3c82b15fdaae36a3bb1"
        + "2a494683b4a3c7f2ae41306252fed84785e2bbff3b022812d0882f06978df84a"
        + "80d443972213342d04b9048fc3b1d5fcb1df0f822152eced6da4d3f6df27e70e"
        + "4539717307a0208cd208d65093ccab5aa596a34d7511401987662d8cf62b1394"
        + "71";

    /// <summary>IV and header of a WHOAREYOU for a node whose record is not known, and whose record with sequence 1 is.</summary>
    public const string Challenge = "000000000000000000000000000000006469736376350001010102030405060708090a0b0c00180102030405060708090a0b0c0d0e0f100000000000000000";

    public const string ChallengeOfKnown = "000000000000000000000000000000006469736376350001010102030405060708090a0b0c00180102030405060708090a0b0c0d0e0f100000000000000001";

    public const string EphemeralSecret = "0288ef00023598499cb6c940146d050d2b1fb914198c327f76aad590bead68b6";

    public const string EphemeralKey = "039a003ba6517b473fa0cd74aefe99dadfdb34627f90fec6362df85803908f53a5";

    public static NodeKey A { get; } = new(Convert.FromHexString("eef77acb6c6a6eebc5b363a475ac583ec7eccdb42b6481424c60f59aa326547f"));

    public static NodeKey B { get; } = new(Convert.FromHexString("66fb62bfbd66b9177a138c1e5cddbe4f7c30c343e94e68df8769459cb1cde628"));
}
