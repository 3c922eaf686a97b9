namespace LogosActors.Libp2p.Tests.Identity;

/// <summary>The test vectors of libp2p specs, peer-ids §Test vectors (which go- and rust-libp2p test too), and what js-libp2p 2.8 makes of them.</summary>
internal static class KeyVectors
{
    public const string Ed25519Private = "080112407e0830617c4a7de83925dfb2694556b12936c477a0e1feb2e148ec9da60fee7d"
        + "1ed1e8fae2c4a144b8be8fd4b47bf3d3b34b871c3cacf6010f0e42d474fce27e";

    public const string Ed25519Public = "080112201ed1e8fae2c4a144b8be8fd4b47bf3d3b34b871c3cacf6010f0e42d474fce27e";

    public const string Secp256k1Private = "0802122053dadf1d5a164d6b4acdb15e24aa4c5b1d3461bdbd42abedb0a4404d56ced8fb";

    public const string Secp256k1Public = "08021221037777e994e452c21604f91de093ce415f5432f701dd8cd1a7a6fea0e630bfca99";

    public const string EcdsaPublic = "0803125b3059301306072a8648ce3d020106082a8648ce3d03010703420004de3d300fa36ae0e8f5d530899d83abab44abf3161f16"
        + "2a4bc901d8e6ecda020e8b6d5f8da30525e71d6851510c098e5c47c646a597fb4dcec034e9f77c409e62";

    public const string RsaPublic = "080012a60230820122300d06092a864886f70d01010105000382010f003082010a0282010100c6ac87acfcc9fd64b34cd0eb5f7f0fc373"
        + "76bad608dd41fa0abeb6d6a5d7b7529c31bb94bc0db908d413a1b51bb57868dd52f35531c1546770570ecf1c0827f4e1cd224de40160d4cd31ad7d572d16f3"
        + "27617b1d64ad368fefbaef6d5421eedd2250e1adff6d8859d71d1bd90076358311154cdc12c219b7e5f13a82db10c7ee62c4f2b959866cefae50a4c8a7e35c"
        + "d80a9f854cc22a6574ca8accb52d2a2ad46244b28948f6e5ac0e0eb4ffd0a1126523167cd2dae88eae384692f4ec2a85df353a195ace4ee1900467d9853d31"
        + "d12238f9c8923e7b04adbabe0d502988dbad9a72e6285aa739ab93e73c609a49f90192d73e92e360f7636c20f7b659e14c8d0203010001";

    // js-libp2p over "Libp2p is the _best_!", the message of go-libp2p's fixtures.
    public const string Ed25519Signature = "403c6e2b600b7a32ed02cd14e0035c3b150518033e8cb5219a574bf513f04cc4"
        + "34c5be526bd0ecbc3102372a16492941f52480c7925fccdde9dcd871dfbfe104";

    public const string Secp256k1Signature = "3045022100c50ee382e0561cd457d8ab9b6d1ec86934619edf085018d2dd10eb99b201024f"
        + "02203739cda2accf02f3c11a2a0593fc84cc3a01c2b3104faa3566d3841568902cd3";

    public const string RsaSignature = "5748ae40278ef49d5c21066a2015ab0fd7b47b038afc5130dd7080ec8a20f8c818e4e0cc37dba9719849841e310aef3a86ad380b9f"
        + "85e33fbf2da50ff5f433863462675d9a19005f5fe350ad8407bc8f93b2a069c9fbbff42ee94997ed8da55c648dd6b9da5a02a5e218d24477012a6461f26887"
        + "6813e47f4fc5b38b1cf6578dea1d8233912a45791a66d0dfa3766163c6c1961b8f44da25bf446d6d93f2e044875da20e849c17d575d972a20aacae4521cf7c"
        + "4e2100a6010255ce16ead0f96cf611aca8ea95b0ce41b360680e68d3f6fdbce87dd0092645ed4c288e2912af70cbfc54b876623e369199f08bdc38025a8563"
        + "516b1b47ac674d7c12266fb93a05";

    public static byte[] Message => "Libp2p is the _best_!"u8.ToArray();

    public static byte[] Hex(string hex) => Convert.FromHexString(hex);
}
