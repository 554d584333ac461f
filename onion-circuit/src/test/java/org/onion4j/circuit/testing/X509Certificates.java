package org.onion4j.circuit.testing;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Date;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1Encoding;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.DERBitString;
import org.bouncycastle.asn1.DERNull;
import org.bouncycastle.asn1.DERSequence;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.asn1.x509.TBSCertificate;
import org.bouncycastle.asn1.x509.Time;
import org.bouncycastle.asn1.x509.V3TBSCertificateGenerator;

/** X.509 certificates of RSA keys, as relays make them: a name, a period, a key, a signature with SHA-256. */
final class X509Certificates {
    private static final AlgorithmIdentifier SHA256_WITH_RSA =
            new AlgorithmIdentifier(PKCSObjectIdentifiers.sha256WithRSAEncryption, DERNull.INSTANCE);

    private X509Certificates() {}

    /** A certificate of {@code subjectKey}, signed with {@code issuerKey}. */
    static X509Certificate sign(
            String subject,
            PublicKey subjectKey,
            String issuer,
            PrivateKey issuerKey,
            BigInteger serial,
            Instant notBefore,
            Instant notAfter) {
        V3TBSCertificateGenerator fields = new V3TBSCertificateGenerator();
        fields.setSubject(new X500Name("CN=" + subject));
        fields.setSubjectPublicKeyInfo(SubjectPublicKeyInfo.getInstance(subjectKey.getEncoded()));
        fields.setIssuer(new X500Name("CN=" + issuer));
        fields.setSerialNumber(new ASN1Integer(serial));
        fields.setStartDate(new Time(Date.from(notBefore)));
        fields.setEndDate(new Time(Date.from(notAfter)));
        fields.setSignature(SHA256_WITH_RSA);
        TBSCertificate content = fields.generateTBSCertificate();
        try {
            Signature signer = Signature.getInstance("SHA256withRSA");
            signer.initSign(issuerKey);
            signer.update(content.getEncoded(ASN1Encoding.DER));
            ASN1Encodable[] parts = {content, SHA256_WITH_RSA, new DERBitString(signer.sign())};
            byte[] whole = new DERSequence(parts).getEncoded(ASN1Encoding.DER);
            return (X509Certificate)
                    CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(whole));
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalStateException(e);
        }
    }
}
